"""Words that a visitor may answer with: exactly one of them, in whatever case and spacing."""

from enum import StrEnum


class Keyword(StrEnum):
    """What the word asks for."""

    LEAVE = "LEAVE"
    MORE_TIME = "MORE_TIME"
    HERE = "HERE"
    STOP = "STOP"
    START = "START"
    HELP = "HELP"


#: The carriers' own words for STOP, START and HELP are English; beside them what people write in
#: our other languages. What is only a part of a sentence in one of them is not here.
WORDS: dict[Keyword, tuple[str, ...]] = {
    Keyword.STOP: (
        *("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
        *("STOPP", "ARRET", "ARRÊT", "BAJA", "СТОП", "إيقاف", "ايقاف", "退订"),
    ),
    Keyword.START: ("START", "UNSTOP", "СТАРТ", "ALTA", "ابدأ", "订阅"),
    Keyword.HELP: ("HELP", "INFO", "ABI", "AIDE", "AYUDA", "HILFE", "ПОМОЩЬ", "مساعدة", "帮助"),
    Keyword.LEAVE: (
        *("LEAVE", "L", "LAHKUN", "УХОЖУ", "SALIR", "GEHE", "QUITTER", "مغادرة", "离开"),
    ),
    Keyword.MORE_TIME: (
        *("MORE", "MORE TIME", "LATE", "M", "HILINEN", "ROHKEM AEGA", "ОПОЗДАЮ", "БОЛЬШЕ ВРЕМЕНИ"),
        *("MÁS TIEMPO", "MAS TIEMPO", "MEHR ZEIT", "SPÄTER", "PLUS DE TEMPS", "EN RETARD"),
        *("وقت أكثر", "المزيد من الوقت", "晚到", "更多时间"),
    ),
    Keyword.HERE: (
        *("HERE", "I'M HERE", "I’M HERE", "IM HERE", "KOHAL", "OLEN KOHAL", "Я ЗДЕСЬ", "ЗДЕСЬ"),
        *("AQUÍ", "AQUI", "ESTOY AQUÍ", "ESTOY AQUI", "BIN DA", "BIN HIER", "ICI", "JE SUIS LÀ"),
        *("وصلت", "أنا هنا", "到了", "我到了"),
    ),
}


def _spelled(text: str) -> str:
    return "".join(text.split()).casefold()


_KEYWORDS = {_spelled(word): keyword for keyword, words in WORDS.items() for word in words}


def of(text: str) -> Keyword | None:
    """What `text` asks for, if it is one of the words and nothing else."""
    return _KEYWORDS.get(_spelled(text))
