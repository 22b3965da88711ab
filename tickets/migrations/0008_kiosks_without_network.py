import tickets.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0007_help_and_staff_pin'),
    ]

    operations = [
        migrations.AddField(
            model_name='device',
            name='keeps_sign_ins',
            field=models.BooleanField(editable=False, help_text='What a kiosk last told; one that is opened without https does not.', null=True, verbose_name='works without network'),
        ),
        migrations.AddField(
            model_name='device',
            name='waiting_sign_ins',
            field=models.PositiveIntegerField(default=0, editable=False, help_text='Kept on the kiosk, and still to be sent.'),
        ),
        migrations.AddField(
            model_name='device',
            name='refused_sign_ins',
            field=models.PositiveIntegerField(default=0, editable=False, help_text='Kept on the kiosk, since they were not taken.'),
        ),
        migrations.AddField(
            model_name='device',
            name='late_until',
            field=tickets.models.fields.InstantField(blank=True, editable=False, help_text='The latest sign-in that was sent late: the next one comes after it.', null=True),
        ),
    ]
