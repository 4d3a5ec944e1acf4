"""Forms of the staff's doors. Rules that need the database are in the services, which name the field."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form
from wtforms import HiddenField
from wtforms import PasswordField
from wtforms import SelectField
from wtforms import StringField
from wtforms.validators import DataRequired
from wtforms.validators import Length

from survey.accounts.link_kinds import DEVICE_ROLES
from survey.accounts.link_kinds import ROLE_NAMES
from survey.accounts.link_kinds import Kind
from survey.accounts.policy import Role
from survey.core.errors import Invalid

PERSON_ROLES = tuple(role.value for role in Role if role != Role.SCREEN)  # a screen is a device
HOUSE_ROLES = tuple(role for role in PERSON_ROLES if role != Role.HOST)  # a site belongs to one dialogue
_LOGIN = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "maxlength": "40"}
_NEW = {"autocomplete": "new-password", "minlength": "10", "maxlength": "200"}


class SignInForm(FlaskForm):  # type: ignore[misc]  # published without types
    """Login name and password."""

    login = StringField(_l("Tên đăng nhập"), [DataRequired(_l("Hãy ghi tên đăng nhập."))], render_kw=_LOGIN)
    password = PasswordField(
        _l("Mật khẩu"),
        [DataRequired(_l("Hãy ghi mật khẩu."))],
        render_kw={"autocomplete": "current-password", "maxlength": "200"},
    )
    next = HiddenField()


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password."""

    password = PasswordField(_l("Mật khẩu mới"), description=_l("Ít nhất 10 ký tự. Một câu dễ nhớ là tốt nhất."),
                             render_kw=_NEW)  # fmt: skip


class ChangeForm(FlaskForm):  # type: ignore[misc]
    """A new password for who knows the old one; the old one alone for a new recovery sheet."""

    old = PasswordField(_l("Mật khẩu hiện tại"), render_kw={"autocomplete": "current-password", "maxlength": "200"})
    password = PasswordField(_l("Mật khẩu mới"), description=_l("Ít nhất 10 ký tự. Một câu dễ nhớ là tốt nhất."),
                             render_kw=_NEW)  # fmt: skip


class JoinForm(FlaskForm):  # type: ignore[misc]
    """A new account by an invitation."""

    login = StringField(_l("Tên đăng nhập"), description=_l("Bạn tự chọn, chẳng hạn lan.nguyen."), render_kw=_LOGIN)
    password = PasswordField(
        _l("Mật khẩu"), description=_l("Ít nhất 10 ký tự. Một câu dễ nhớ là tốt nhất."), render_kw=_NEW
    )


class SetupForm(FlaskForm):  # type: ignore[misc]
    """The organisation and its first organiser."""

    organisation = StringField(_l("Tên tổ chức"), description=_l("Chẳng hạn: Tỉnh đoàn Cà Mau."),
                               render_kw={"autocomplete": "organization", "maxlength": "160"})  # fmt: skip
    name = StringField(_l("Họ tên của bạn"), render_kw={"autocomplete": "name", "maxlength": "80"})
    login = StringField(_l("Tên đăng nhập"), description=_l("Bạn tự chọn, chẳng hạn lan.nguyen."), render_kw=_LOGIN)
    password = PasswordField(
        _l("Mật khẩu"), description=_l("Ít nhất 10 ký tự. Một câu dễ nhớ là tốt nhất."), render_kw=_NEW
    )


class RecoveryForm(FlaskForm):  # type: ignore[misc]
    """A code of the printed sheet."""

    code = StringField(
        _l("Mã khôi phục"),
        [DataRequired(_l("Hãy ghi một mã trên phiếu khôi phục."))],
        description=_l("Gõ cả 18 chữ và số của một mã; dấu gạch và chữ thường cũng được."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class InviteForm(FlaskForm):  # type: ignore[misc]
    """Whom to invite, as what, for every dialogue of the organisation."""

    roles = HOUSE_ROLES
    name = StringField(_l("Họ tên"), render_kw={"autocomplete": "off", "maxlength": "80"})
    role = SelectField(_l("Vai trò"), default=Role.MODERATOR.value)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [(role, _(ROLE_NAMES[Role(role)])) for role in self.roles]


class DialogueInviteForm(InviteForm):
    """The same for one dialogue, where a host has a site."""

    roles = PERSON_ROLES
    site = SelectField(
        _l("Điểm cầu"), description=_l("Chỉ cho người phụ trách điểm cầu."), validate_choice=False, default=""
    )

    def offer(self, sites: Mapping[int, str]) -> None:
        """Let these sites be chosen, each by its number and name."""
        self.site.choices = [("", "–"), *((str(number), f"{number}. {name}") for number, name in sites.items())]


class DeviceForm(FlaskForm):  # type: ignore[misc]
    """The join code on a tablet or a screen."""

    code = StringField(
        _l("Mã tham gia"),
        [DataRequired(_l("Hãy ghi mã tham gia của đối thoại.")), Length(max=40, message=_l("Mã có sáu chữ và số."))],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "maxlength": "40"},
    )
    role = SelectField(_l("Máy này dùng làm"), default=Role.SCREEN.value)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [(role.value, _(ROLE_NAMES[role])) for role in DEVICE_ROLES]


class DigitsForm(FlaskForm):  # type: ignore[misc]
    """The six digits that a device shows."""

    digits = StringField(
        _l("Sáu chữ số trên máy"),
        render_kw={"autocomplete": "off", "inputmode": "numeric", "maxlength": "9"},
    )


OF_KIND: dict[Kind, type[FlaskForm]] = {
    Kind.SETUP: SetupForm,
    Kind.INVITATION: JoinForm,
    Kind.HANDOVER: JoinForm,
    Kind.RESET: PasswordForm,
    Kind.RECOVERY: PasswordForm,
}


def show(form: Form, error: Invalid) -> None:
    """Put the sentences of a refused write at their fields; what has no field here goes to the first one."""
    fields = error.fields or {next(iter(form._fields)): error.message}
    for name, message in fields.items():
        field = form[name] if name in form else next(iter(form))
        field.errors = [*field.errors, _(message)]
