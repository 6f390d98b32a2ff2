from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from recorrido.company.models import Department, Role, Staff, Store


class StaffForm(forms.Form):
    """What an administrator may change about a colleague."""

    name = forms.CharField(label=_("Name"), max_length=120)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("As the browser")), *settings.LANGUAGES], required=False
    )
    department = forms.ModelChoiceField(Department.objects.all(), label=_("Department"), required=False)
    store = forms.ModelChoiceField(Store.objects.all(), label=_("Store"), required=False)
    is_active = forms.BooleanField(label=_("May sign in"), required=False, initial=True)

    @classmethod
    def initial_of(cls, staff: Staff) -> dict[str, Any]:
        return {name: getattr(staff, name) for name in cls.base_fields}


class NewStaffForm(StaffForm):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    password = forms.CharField(
        label=_("First password"),
        strip=False,
        help_text=_("At least ten characters. Give it to your colleague, who can change it."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    field_order = ("name", "email", "password", "role")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        if Staff.objects.filter(email=email).exists():
            raise forms.ValidationError(_("Someone already signs in with this e-mail."))
        return email


class DepartmentForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)


class NewDepartmentForm(DepartmentForm):
    slug = forms.SlugField(
        label=_("Code"), max_length=40, help_text=_("Lower case, no spaces: it stands in files.")
    )

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if Department.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("There is a department with this code."))
        return slug


class StoreForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    city = forms.CharField(label=_("City"), max_length=80, required=False)
    region = forms.CharField(label=_("Region"), max_length=80, required=False)
    country = forms.RegexField(
        "^[A-Z]{2}$", label=_("Country"), required=False, help_text=_("Two capital letters, such as CL.")
    )


class NewStoreForm(StoreForm):
    code = forms.SlugField(
        label=_("Code"), max_length=40, help_text=_("Lower case, no spaces: it stands in files.")
    )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if Store.objects.filter(code=code).exists():
            raise forms.ValidationError(_("There is a store with this code."))
        return code
