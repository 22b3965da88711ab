
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import tickets.models.fields
import tickets.models.locations
import tickets.models.tickets
import tickets.names
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Desk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=30, verbose_name='name')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
            ],
            options={
                'ordering': ('position', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Line',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=30, verbose_name='name')),
                ('letter', models.CharField(help_text="Begins the visitors' numbers: A-42.", max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{1,2}\\Z', 'Write one or two capitals.')], verbose_name='letter')),
                ('color', models.CharField(max_length=6, validators=[django.core.validators.RegexValidator('^[0-9A-F]{6}\\Z', 'Write the colour as six hex digits, such as 1F6FEB.')], verbose_name='colour')),
                ('status', models.CharField(choices=[('ENABLED', 'Open'), ('DISABLED', 'Takes nobody new'), ('ARCHIVED', 'Archived')], default='ENABLED', max_length=8, verbose_name='status')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('expected_minutes', models.PositiveSmallIntegerField(default=8, help_text='How long one visitor takes, until enough were served to measure it.', verbose_name='expected minutes')),
            ],
            options={
                'ordering': ('position', 'id'),
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=100, unique=True, verbose_name='e-mail')),
                ('first_name', models.CharField(max_length=50, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=50, verbose_name='last name')),
                ('is_active', models.BooleanField(default=True, help_text='Switch off instead of deleting.', verbose_name='active')),
                ('joined_at', tickets.models.fields.InstantField(auto_now_add=True)),
                ('last_called_at', tickets.models.fields.InstantField(blank=True, editable=False, null=True)),
                ('desk', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='clerks', to='tickets.desk', verbose_name='desk')),
                ('selected_lines', models.ManyToManyField(blank=True, related_name='+', to='tickets.line')),
            ],
            options={
                'ordering': ('first_name', 'last_name', 'id'),
            },
        ),
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(max_length=200)),
                ('key', models.CharField(max_length=255)),
                ('request_hash', models.CharField(max_length=64)),
                ('leased_until', tickets.models.fields.InstantField(null=True)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('body', models.BinaryField(null=True)),
                ('created_at', tickets.models.fields.InstantField()),
            ],
            options={
                'indexes': [models.Index(fields=['created_at'], name='idempotencykey_created')],
                'constraints': [models.UniqueConstraint(fields=('scope', 'key'), name='idempotencykey_scope_key')],
            },
        ),
        migrations.CreateModel(
            name='Interaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', tickets.models.fields.InstantField(verbose_name='start')),
                ('ended_at', tickets.models.fields.InstantField(blank=True, null=True, verbose_name='end')),
                ('outcome', models.CharField(blank=True, choices=[('SERVED', 'Served'), ('RETURNED', 'Returned to the line'), ('FORWARDED', 'Forwarded'), ('NOSHOW', 'No-show')], max_length=9, verbose_name='outcome')),
                ('desk', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.desk')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='interactions', to=settings.AUTH_USER_MODEL)),
                ('line', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.line')),
            ],
            options={
                'ordering': ('started_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Location',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=30, verbose_name='name')),
                ('slug', models.SlugField(help_text="The end of the microsite's address.", unique=True, verbose_name='web address')),
                ('timezone', models.CharField(default='UTC', max_length=64, validators=[tickets.models.locations.validate_timezone], verbose_name='time zone')),
                ('country', models.CharField(help_text='Two letters, such as EE. Mobile numbers without a country code belong to it.', max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}\\Z', 'Write the country as two capitals: EE.')], verbose_name='country')),
                ('address', models.CharField(blank=True, max_length=300, verbose_name='address')),
                ('latitude', models.FloatField(blank=True, null=True, verbose_name='latitude')),
                ('longitude', models.FloatField(blank=True, null=True, verbose_name='longitude')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('is_remote_sign_in_open', models.BooleanField(default=True, help_text='Visitors may join from their own phone.', verbose_name='remote sign-in')),
                ('is_desk_required', models.BooleanField(default=False, help_text='Clerks choose a desk before they call.', verbose_name='desk required')),
                ('keeps_active_tickets_open', models.BooleanField(default=False, help_text="If not, a clerk's next call marks the visitor before as served.", verbose_name='several visitors at once')),
                ('is_closed_daily', models.BooleanField(default=False, help_text='An hour after closing, whoever still waits is removed from the line.', verbose_name='close of day')),
                ('has_messages', models.BooleanField(default=False, verbose_name='text messages')),
                ('name_form', models.CharField(choices=[('FIRST_INITIAL', 'First name and initial: Jane D.'), ('FIRST', 'First name: Jane'), ('INITIALS', 'Initials: J. D.'), ('NUMBER', 'Number: A-42')], default='FIRST_INITIAL', max_length=16, verbose_name='names in public')),
                ('is_line_public', models.BooleanField(default=True, help_text='The TV names the line. Off for clinics.', verbose_name='line in public')),
                ('version', models.PositiveBigIntegerField(default=0, editable=False, help_text='Raised by every action; screens compare it.')),
            ],
            options={
                'ordering': ('name', 'id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('name_form__in', ['FIRST_INITIAL', 'FIRST', 'INITIALS', 'NUMBER'])), name='location_name_form')],
            },
        ),
        migrations.AddField(
            model_name='line',
            name='location',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='tickets.location'),
        ),
        migrations.CreateModel(
            name='InputField',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('type', models.CharField(choices=[('FIRST_NAME', 'First name'), ('LAST_NAME', 'Last name'), ('PHONE_NUMBER', 'Mobile number'), ('EMAIL', 'E-mail'), ('TEXT', 'Text'), ('SELECT', 'Choice'), ('NUMERIC', 'Number'), ('DATE', 'Date'), ('URL', 'Link')], max_length=12, verbose_name='type')),
                ('title', models.CharField(max_length=50, validators=[django.core.validators.MinLengthValidator(1)], verbose_name='title')),
                ('visitor_facing_title', models.CharField(blank=True, help_text='Else the title.', max_length=100, verbose_name='title for visitors')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('is_multiple', models.BooleanField(default=False, verbose_name='several choices')),
                ('is_mandatory_before_added', models.BooleanField(default=False, verbose_name='mandatory at sign-in')),
                ('is_mandatory_before_served', models.BooleanField(default=False, verbose_name='mandatory before served')),
                ('is_mandatory_in_remote_sign_in', models.BooleanField(default=False, verbose_name='mandatory in remote sign-in')),
                ('is_shown_in_kiosk', models.BooleanField(default=True, verbose_name='asked at the kiosk')),
                ('is_shown_in_remote_sign_in', models.BooleanField(default=True, verbose_name='asked in remote sign-in')),
                ('is_visible_while_waiting', models.BooleanField(default=True, verbose_name='shown while waiting')),
                ('is_visible_while_serving', models.BooleanField(default=True, verbose_name='shown while serving')),
                ('lines', models.ManyToManyField(blank=True, help_text='None: all lines.', related_name='input_fields', to='tickets.line')),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='input_fields', to='tickets.location')),
            ],
            options={
                'ordering': ('position', 'title'),
            },
        ),
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('KIOSK', 'Kiosk'), ('TV', 'TV')], max_length=5, verbose_name='kind')),
                ('name', models.CharField(max_length=50, verbose_name='name')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('code', models.CharField(blank=True, editable=False, max_length=6, verbose_name='pairing code')),
                ('code_expires_at', tickets.models.fields.InstantField(blank=True, editable=False, null=True, verbose_name='code valid until')),
                ('wrong_guesses', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('secret_hash', models.CharField(blank=True, editable=False, max_length=64, null=True, unique=True)),
                ('paired_at', tickets.models.fields.InstantField(blank=True, editable=False, null=True, verbose_name='paired')),
                ('last_seen_at', tickets.models.fields.InstantField(blank=True, editable=False, null=True, verbose_name='last seen')),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='devices', to='tickets.location')),
            ],
            options={
                'ordering': ('location', 'kind', 'name'),
            },
        ),
        migrations.AddField(
            model_name='desk',
            name='location',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='desks', to='tickets.location'),
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=50, verbose_name='name')),
                ('prefix', models.CharField(editable=False, max_length=12, verbose_name='begins with')),
                ('secret_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_at', tickets.models.fields.InstantField(auto_now_add=True, verbose_name='created')),
                ('last_used_at', tickets.models.fields.InstantField(blank=True, editable=False, null=True, verbose_name='last used')),
                ('revoked_at', tickets.models.fields.InstantField(blank=True, editable=False, null=True, verbose_name='revoked')),
                ('user', models.ForeignKey(blank=True, help_text='The person on whose behalf it acts; none: the account.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='api_keys', to=settings.AUTH_USER_MODEL)),
                ('locations', models.ManyToManyField(blank=True, help_text='None: all locations.', related_name='+', to='tickets.location')),
            ],
            options={
                'verbose_name': 'API key',
                'ordering': ('name', 'id'),
            },
        ),
        migrations.AddField(
            model_name='user',
            name='selected_location',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tickets.location'),
        ),
        migrations.CreateModel(
            name='NumberCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('last_number', models.PositiveIntegerField(default=0)),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.location')),
            ],
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(choices=[('CLERK', 'Clerk'), ('MANAGER', 'Manager'), ('ADMIN', 'Administrator'), ('OWNER', 'Owner')], max_length=7, verbose_name='role')),
                ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='roles', to='tickets.location')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='roles', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('NEW', 'Waiting'), ('CALLED', 'Being served'), ('SERVED', 'Served'), ('NOSHOW', 'No-show'), ('CANCELLED_BY_CLERK', 'Removed')], default='NEW', max_length=18, verbose_name='status')),
                ('source', models.CharField(choices=[('MANUAL', 'Added by a clerk'), ('NAME', 'Kiosk'), ('MICROSITE', 'Remote sign-in')], default='MANUAL', max_length=9, verbose_name='source')),
                ('first_name', models.CharField(blank=True, max_length=200, validators=[tickets.names.validate_name], verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=200, validators=[tickets.names.validate_name], verbose_name='last name')),
                ('phone_number', models.CharField(blank=True, help_text='E.164: +3725551234.', max_length=16, verbose_name='mobile number')),
                ('email', models.EmailField(blank=True, max_length=100, verbose_name='e-mail')),
                ('language', models.CharField(default='en', max_length=10, verbose_name='language')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('numbered_on', models.DateField(verbose_name='day')),
                ('public_id', models.CharField(help_text="The line's letter at sign-in and number.", max_length=12, verbose_name='public number')),
                ('visit_token', models.CharField(default=tickets.models.tickets.new_visit_token, editable=False, max_length=32, unique=True)),
                ('nonce', models.CharField(blank=True, editable=False, help_text='Made by who creates it.', max_length=64, null=True)),
                ('created_at', tickets.models.fields.InstantField(verbose_name='signed in')),
                ('order_after', tickets.models.fields.InstantField(blank=True, null=True, verbose_name='moved to')),
                ('sort_at', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Coalesce('order_after', 'created_at'), output_field=models.DateTimeField())),
                ('called_at', tickets.models.fields.InstantField(blank=True, null=True, verbose_name='called')),
                ('served_at', tickets.models.fields.InstantField(blank=True, null=True, verbose_name='served')),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assigned_tickets', to=settings.AUTH_USER_MODEL)),
                ('assigner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('caller', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('desk', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.desk')),
                ('line', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='tickets.line')),
                ('location', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='tickets.location')),
            ],
            options={
                'ordering': ('-created_at', '-id'),
            },
        ),
        migrations.CreateModel(
            name='SpentToken',
            fields=[
                ('token', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('spent_at', tickets.models.fields.InstantField()),
                ('ticket', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket')),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('direction', models.CharField(choices=[('OUTGOING', 'To the visitor'), ('INCOMING', 'From the visitor')], max_length=8, verbose_name='direction')),
                ('body', models.CharField(max_length=1600, verbose_name='text')),
                ('status', models.CharField(choices=[('QUEUED', 'Waiting to be sent'), ('SENT', 'Sent'), ('DELIVERED', 'Delivered'), ('UNDELIVERED', 'Not delivered'), ('INVALID_NUMBER', 'Number does not exist')], default='QUEUED', max_length=14, verbose_name='status')),
                ('created_at', tickets.models.fields.InstantField(verbose_name='written')),
                ('not_before', tickets.models.fields.InstantField(blank=True, null=True, verbose_name='not before')),
                ('user', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='tickets.ticket')),
            ],
            options={
                'ordering': ('created_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Label',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.CharField(db_index=True, max_length=50, verbose_name='label')),
                ('color', models.CharField(max_length=6, validators=[django.core.validators.RegexValidator('^[0-9A-F]{6}\\Z', 'Write the colour as six hex digits, such as 1F6FEB.')], verbose_name='colour')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='labels', to='tickets.ticket')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.AddField(
            model_name='interaction',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='interactions', to='tickets.ticket'),
        ),
        migrations.AddField(
            model_name='interaction',
            name='open_for',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(ended_at__isnull=True, then=models.F('ticket'))), output_field=models.BigIntegerField(null=True), unique=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='open_interaction',
            field=models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.interaction', to_field='open_for'),
        ),
        migrations.AddField(
            model_name='interaction',
            name='called_ticket',
            field=models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket', to_field='open_interaction'),
        ),
        migrations.CreateModel(
            name='Extra',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=50, verbose_name='title')),
                ('value', models.CharField(blank=True, max_length=500, verbose_name='value')),
                ('url', models.URLField(blank=True, max_length=2000, verbose_name='link')),
                ('color', models.CharField(blank=True, max_length=6, validators=[django.core.validators.RegexValidator('^[0-9A-F]{6}\\Z', 'Write the colour as six hex digits, such as 1F6FEB.')], verbose_name='colour')),
                ('is_editable', models.BooleanField(default=True, verbose_name='editable')),
                ('field', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tickets.inputfield')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='extras', to='tickets.ticket')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(choices=[('ticket.created', 'Signed in'), ('ticket.called', 'Called'), ('ticket.recalled', 'Called again'), ('ticket.served', 'Served'), ('ticket.no_show', 'Marked as no-show'), ('ticket.returned', 'Returned to the line'), ('ticket.forwarded', 'Forwarded'), ('ticket.rejoined', 'Rejoined the line'), ('ticket.cancelled', 'Removed from the line'), ('ticket.reordered', 'Moved in the line'), ('ticket.assigned', 'Assigned'), ('ticket.unassigned', 'Assignment removed'), ('ticket.edited', 'Edited'), ('ticket.labeled', 'Labels changed'), ('message.sent', 'Message written'), ('message.received', 'Message received'), ('ticket.undone', 'Undone'), ('line.changed', 'Line changed'), ('desk.selected', 'Desk chosen'), ('user.deactivated', 'Switched off'), ('device.paired', 'Paired'), ('device.unpaired', 'Shut out')], max_length=20, verbose_name='what')),
                ('at', tickets.models.fields.InstantField(verbose_name='when')),
                ('actor_type', models.CharField(choices=[('USER', 'Staff'), ('KEY', 'Program'), ('DEVICE', 'Device'), ('VISITOR', 'Visitor'), ('SYSTEM', 'System')], max_length=7, verbose_name='by')),
                ('changes', models.JSONField(default=dict)),
                ('personal', models.JSONField(default=dict)),
                ('part_of', models.ForeignKey(help_text='The step it was in.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='tickets.activity')),
                ('undoes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='undone_by', to='tickets.activity')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to=settings.AUTH_USER_MODEL)),
                ('key', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.apikey')),
                ('device', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.device')),
                ('interaction', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tickets.interaction')),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='tickets.location')),
                ('message', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tickets.message')),
                ('ticket', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='activities', to='tickets.ticket')),
            ],
            options={
                'verbose_name_plural': 'activity',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='InputFieldOption',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=50, verbose_name='title')),
                ('color', models.CharField(blank=True, max_length=6, validators=[django.core.validators.RegexValidator('^[0-9A-F]{6}\\Z', 'Write the colour as six hex digits, such as 1F6FEB.')], verbose_name='colour')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('field', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='options', to='tickets.inputfield')),
            ],
            options={
                'ordering': ('position', 'title'),
                'constraints': [models.UniqueConstraint(fields=('field', 'title'), name='inputfieldoption_title')],
            },
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['ENABLED', 'DISABLED', 'ARCHIVED'])), name='line_status'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.UniqueConstraint(fields=('location', 'letter'), name='line_letter'),
        ),
        migrations.AddConstraint(
            model_name='inputfield',
            constraint=models.CheckConstraint(condition=models.Q(('type__in', ['FIRST_NAME', 'LAST_NAME', 'PHONE_NUMBER', 'EMAIL', 'TEXT', 'SELECT', 'NUMERIC', 'DATE', 'URL'])), name='inputfield_type'),
        ),
        migrations.AddConstraint(
            model_name='inputfield',
            constraint=models.UniqueConstraint(condition=models.Q(('type__in', ('FIRST_NAME', 'LAST_NAME', 'PHONE_NUMBER', 'EMAIL'))), fields=('location', 'type'), name='inputfield_single'),
        ),
        migrations.AddConstraint(
            model_name='inputfield',
            constraint=models.UniqueConstraint(models.F('location'), django.db.models.functions.text.Upper('title'), name='inputfield_title'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['KIOSK', 'TV'])), name='device_kind'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.UniqueConstraint(condition=models.Q(('code', ''), _negated=True), fields=('code',), name='device_code'),
        ),
        migrations.AddConstraint(
            model_name='desk',
            constraint=models.UniqueConstraint(fields=('location', 'name'), name='desk_name'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email', violation_error_message='Somebody with this e-mail address is there already.'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(condition=models.Q(('desk__isnull', False)), fields=('desk',), name='user_desk'),
        ),
        migrations.AddConstraint(
            model_name='numbercounter',
            constraint=models.UniqueConstraint(fields=('location', 'day'), name='numbercounter_day'),
        ),
        migrations.AddConstraint(
            model_name='role',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('location__isnull', False), ('type__in', ('CLERK', 'MANAGER'))), models.Q(('location__isnull', True), ('type__in', ('ADMIN', 'OWNER'))), _connector='OR'), name='role_location', violation_error_message='Clerks and managers need a location, administrators and owners have none.'),
        ),
        migrations.AddConstraint(
            model_name='role',
            constraint=models.UniqueConstraint(fields=('user', 'type', 'location'), name='role_local_once'),
        ),
        migrations.AddConstraint(
            model_name='role',
            constraint=models.UniqueConstraint(condition=models.Q(('location__isnull', True)), fields=('user', 'type'), name='role_account_once'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('status', 'NEW')), fields=['line', 'sort_at', 'id'], name='ticket_line_waiting'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('status', 'NEW')), fields=['location', 'sort_at', 'id'], name='ticket_location_waiting'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('status', 'CALLED')), fields=['location', 'caller'], name='ticket_called'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['location', 'created_at'], name='ticket_created'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('phone_number', ''), _negated=True), fields=['location', 'phone_number'], name='ticket_phone'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['NEW', 'CALLED', 'SERVED', 'NOSHOW', 'CANCELLED_BY_CLERK'])), name='ticket_status'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['MANUAL', 'NAME', 'MICROSITE'])), name='ticket_source'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('open_interaction', models.F('id')), ('open_interaction__isnull', False), ('status', 'CALLED')), models.Q(models.Q(('status', 'CALLED'), _negated=True), ('open_interaction__isnull', True)), _connector='OR'), name='ticket_open_interaction'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('called_at__isnull', False), ('caller__isnull', False), ('status__in', ('CALLED', 'SERVED', 'NOSHOW'))), models.Q(('called_at__isnull', True), ('caller__isnull', True), ('desk__isnull', True), ('status__in', ('NEW', 'CANCELLED_BY_CLERK'))), _connector='OR'), name='ticket_called'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('served_at__isnull', False), ('status', 'SERVED')), models.Q(models.Q(('status', 'SERVED'), _negated=True), ('served_at__isnull', True)), _connector='OR'), name='ticket_served'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('called_at__isnull', True), ('called_at__gte', models.F('created_at')), _connector='OR'), name='ticket_called_after_created'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('served_at__isnull', True), ('served_at__gte', models.F('called_at')), _connector='OR'), name='ticket_served_after_called'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('assignee__isnull', True), ('assigner__isnull', True)), models.Q(('assignee__isnull', False), ('assigner__isnull', False)), _connector='OR'), name='ticket_assigned'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='ticket_number_positive'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.UniqueConstraint(fields=('location', 'numbered_on', 'number'), name='ticket_number'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.UniqueConstraint(fields=('location', 'nonce'), name='ticket_nonce'),
        ),
        migrations.AddIndex(
            model_name='spenttoken',
            index=models.Index(fields=['spent_at'], name='spenttoken_at'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('status', 'QUEUED')), fields=['not_before'], name='message_queued'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('direction__in', ['OUTGOING', 'INCOMING'])), name='message_direction'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['QUEUED', 'SENT', 'DELIVERED', 'UNDELIVERED', 'INVALID_NUMBER'])), name='message_status'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('direction', 'OUTGOING'), ('status', 'DELIVERED'), _connector='OR'), name='message_incoming_delivered'),
        ),
        migrations.AddConstraint(
            model_name='label',
            constraint=models.UniqueConstraint(fields=('ticket', 'value'), name='label_once'),
        ),
        migrations.AddIndex(
            model_name='interaction',
            index=models.Index(fields=['line', 'ended_at'], name='interaction_line_ended'),
        ),
        migrations.AddIndex(
            model_name='interaction',
            index=models.Index(fields=['user', 'started_at'], name='interaction_user_started'),
        ),
        migrations.AddConstraint(
            model_name='interaction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('called_ticket', models.F('ticket')), ('called_ticket__isnull', False), ('ended_at__isnull', True), ('outcome', '')), models.Q(('called_ticket__isnull', True), ('ended_at__isnull', False), ('outcome__in', ['SERVED', 'RETURNED', 'FORWARDED', 'NOSHOW'])), _connector='OR'), name='interaction_open_or_ended'),
        ),
        migrations.AddConstraint(
            model_name='interaction',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='interaction_end_after_start'),
        ),
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(fields=['location', 'at'], name='activity_location_at'),
        ),
        migrations.AddConstraint(
            model_name='activity',
            constraint=models.CheckConstraint(condition=models.Q(('event__in', ['ticket.created', 'ticket.called', 'ticket.recalled', 'ticket.served', 'ticket.no_show', 'ticket.returned', 'ticket.forwarded', 'ticket.rejoined', 'ticket.cancelled', 'ticket.reordered', 'ticket.assigned', 'ticket.unassigned', 'ticket.edited', 'ticket.labeled', 'message.sent', 'message.received', 'ticket.undone', 'line.changed', 'desk.selected', 'user.deactivated', 'device.paired', 'device.unpaired'])), name='activity_event'),
        ),
        migrations.AddConstraint(
            model_name='activity',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('actor_type', 'USER'), _negated=True), ('user__isnull', False), _connector='OR'), name='activity_actor_user'),
        ),
        migrations.AddConstraint(
            model_name='activity',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('actor_type', 'KEY'), _negated=True), ('key__isnull', False), _connector='OR'), name='activity_actor_key'),
        ),
        migrations.AddConstraint(
            model_name='activity',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('actor_type', 'DEVICE'), _negated=True), ('device__isnull', False), _connector='OR'), name='activity_actor_device'),
        ),
    ]
