"""What the demo's city office has written for its visitors, in the languages that they speak."""

CODES = ("et", "ru", "es", "de", "fr", "ar", "zh")

TEXTS = {
    "Passports and ID cards": (
        "Passid ja ID-kaardid",
        "Паспорта и ID-карты",
        "Pasaportes y carnés",
        "Pässe und Ausweise",
        "Passeports et identité",
        "جوازات السفر وبطاقات الهوية",
        "护照和身份证",
    ),
    "Residence and addresses": (
        "Elukoht ja aadressid",
        "Место жительства и адреса",
        "Residencia y domicilio",
        "Wohnsitz und Adressen",
        "Résidence et adresses",
        "الإقامة والعناوين",
        "居住与地址",
    ),
    "Parking permits": (
        "Parkimisload",
        "Разрешения на парковку",
        "Permisos de estacionamiento",
        "Parkausweise",
        "Permis de stationnement",
        "تصاريح الوقوف",
        "停车许可",
    ),
    "Births and marriages": (
        "Sünnid ja abielud",
        "Рождения и браки",
        "Nacimientos y bodas",
        "Geburten und Ehen",
        "Naissances et mariages",
        "المواليد والزواج",
        "出生与婚姻",
    ),
    "What do you apply for?": (
        "Mida taotlete?",
        "Что вы оформляете?",
        "¿Qué solicita?",
        "Was beantragen Sie?",
        "Que demandez-vous\u00a0?",
        "ما الذي تتقدم بطلبه؟",
        "您要申请什么？",
    ),
    "First document": (
        "Esmane dokument",
        "Первый документ",
        "Primer documento",
        "Erstes Dokument",
        "Premier document",
        "أول وثيقة",
        "首次办理",
    ),
    "Renewal": (
        "Uuendamine",
        "Замена",
        "Renovación",
        "Verlängerung",
        "Renouvellement",
        "تجديد",
        "换领",
    ),
    "Lost or stolen": (
        "Kadunud või varastatud",
        "Утеря или кража",
        "Pérdida o robo",
        "Verloren oder gestohlen",
        "Perdu ou volé",
        "مفقودة أو مسروقة",
        "遗失或被盗",
    ),
    "Collection": (
        "Kättesaamine",
        "Получение",
        "Recogida",
        "Abholung",
        "Retrait",
        "استلام",
        "领取",
    ),
}


def translated(column: str, text: str) -> dict[str, dict[str, str]]:
    """By language and column, as rows keep it; nothing for a text without translations."""
    texts = zip(CODES, TEXTS.get(text, ()), strict=False)
    return {code: {column: each} for code, each in texts}
