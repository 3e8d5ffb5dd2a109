"""The site of the back office: its views, its templates, and what keeps foreign scripts and hosts out."""

import logging
from pathlib import Path
from typing import Any

from jinja2 import Environment
from jinja2.ext import Extension
from starlette.applications import Starlette
from starlette.requests import Request
from starlette_admin.base import BaseAdmin
from starlette_admin.i18n import SUPPORTED_LOCALES, I18nConfig
from starlette_admin.views import BaseModelView, DropDown

from hub.backoffice.dashboard import Dashboard
from hub.backoffice.listing import MOST_COUNTED
from hub.backoffice.sections import SECTIONS
from hub.backoffice.sessions import PATH, Door
from hub.backoffice.view import SectionView
from hub.context import Hub
from omnipos.locale import _, language

HERE = Path(__file__).parent
_NONCE = ' nonce="{{ request.state.nonce }}">'


class Nonces(Extension):
    """Gives each script and style of a template the nonce of its page; what comes from data has none."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Mark the source of one template."""
        for tag in ("script", "style"):
            source = source.replace(f"<{tag}>", f"<{tag}{_NONCE}")
        return source.replace('onchange="window.location = this.value"', 'data-goes="true"')


class Site(BaseAdmin):
    """The library's site, with what choice fields choose from fetched before a form is drawn."""

    async def _render_form_body(
        self, request: Request, view: BaseModelView, obj: Any, errors: Any, config: dict[str, Any]
    ) -> None:
        if isinstance(view, SectionView):
            await view.fetch_choices(request)
        await super()._render_form_body(request, view, obj, errors, config)


def make_site(hub: Hub) -> Starlette:
    """Return the whole back office of a hub as an ASGI application."""
    # What the library logs of a form has the PINs that were typed into it.
    logging.getLogger("starlette_admin").setLevel(logging.WARNING)
    spoken = language() if language() in SUPPORTED_LOCALES else "en"
    site = Site(
        title="OmniPOS",
        base_url=PATH,
        templates_dir=str(HERE / "templates"),
        static_dir=str(HERE / "static"),
        index_view=Dashboard(hub),
        auth_provider=Door(hub),
        secret_key=hub.key.derive("omnipos/office-forms/1").hex(),
        i18n_config=I18nConfig(default_locale=spoken, language_cookie_name=None, language_header_name=None),
        timezone_config=None,
    )
    env: Environment = site.templates.env
    env.auto_reload = False  # looking whether a template changed took a tenth of a page
    env.add_extension(Nonces)
    env.globals["say"], env.globals["most_counted"] = _, MOST_COUNTED
    groups: dict[str, list[Any]] = {}
    for section in SECTIONS:
        groups.setdefault(section.group, []).append(SectionView(hub, section))
    for label, views in groups.items():
        site.add_view(DropDown(_(label), views=views))
    outer = Starlette()
    site.mount_to(outer)
    return outer
