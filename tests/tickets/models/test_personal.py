"""Every model says which of its fields are personal, so that redaction can rely on it."""

import pytest
from django.apps import apps
from django.db.models import Model

OURS = [model for app in ("tickets", "kiosk") for model in apps.get_app_config(app).get_models()]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_model_declares_its_personal_fields(model: type[Model]) -> None:
    names = {field.name for field in model._meta.concrete_fields}

    assert "PERSONAL" in vars(model)
    assert isinstance(vars(model)["PERSONAL"], tuple)
    assert set(vars(model)["PERSONAL"]) - names == set()
