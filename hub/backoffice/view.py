"""One view for every section: lists, pages, forms and acts as its declaration says, and no way around it."""

import copy
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NoReturn

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.exceptions import ActionFailed, FormValidationError
from starlette_admin.fields import BaseField
from starlette_admin.flash import flash
from starlette_admin.views import BaseModelView

from hub.backoffice import desk
from hub.backoffice.desk import Deed, Misfit, Refusal
from hub.backoffice.listing import Page, Record
from hub.backoffice.office import may, office_of
from hub.backoffice.section import Act, Answer, Change, Said, Section, Write
from hub.context import Hub
from omnipos.domain.errors import DomainError
from omnipos.locale import _

_WAYS = ("view", "edit", "delete")
"""What the library offers for a row."""


class SectionView(BaseModelView):
    """The pages of one section."""

    exporters = ()
    importers = ()
    column_visibility = False
    show_pk_in_forms = True
    search_highlight = False
    page_size = 25
    page_size_options = (10, 25, 50, 100)
    list_template = "section_list.html"
    detail_template = "section_detail.html"
    create_template = "section_create.html"
    edit_template = "section_edit.html"

    def __init__(self, hub: Hub, section: Section) -> None:
        """Take the declaration; the library fills itself in from its own attributes."""
        self.hub = hub
        self.section = section
        self._act_fields = {act.name: [_spoken(field) for field in act.fields] for act in section.acts}
        self.key = section.key
        self.menu_label = _(section.label)
        self.display_name = _(section.one)
        self.icon = section.icon
        self.fields = [_spoken(field) for field in section.fields]
        self.pk_attr = section.pk
        self.sortable_fields = list(section.listing.sorts)
        self.searchable_fields = []
        self.fields_default_sort = [section.listing.first] if section.listing.first else [section.pk]
        super().__init__()

    @property
    def has_search(self) -> bool:
        """Whether its list can be searched."""
        return self.section.listing.find is not None

    # Rights

    def is_accessible(self, request: Request) -> bool:
        """Let in who has the section's right."""
        return may(request, self.section.right)

    def _may_change(self, request: Request, write: object) -> bool:
        right = self.section.change_right
        allowed = write is not None and right is not None and may(request, right)
        return allowed and not self._is_read_only(request)

    def _is_read_only(self, request: Request) -> bool:
        """Tell whether whoever asks is bound to some stores, and this section is every store's."""
        return self.section.is_shared and bool(office_of(request).stores)

    def can_create(self, request: Request) -> bool:
        """Tell whether a new row can be made by whoever asks."""
        if not self._may_change(request, self.section.create):
            return False
        return not (self.section.new_is_shared and office_of(request).stores)

    def can_edit(self, request: Request) -> bool:
        """Tell whether a row can be changed by whoever asks."""
        return self._may_change(request, self.section.edit)

    def can_delete(self, request: Request) -> bool:
        """Tell whether a row can be taken away by whoever asks."""
        return self._may_change(request, self.section.delete)

    def can_export(self, request: Request) -> bool:
        """Nobody: what leaves goes through an act."""
        return False

    def can_import(self, request: Request) -> bool:
        """Nobody: what comes in goes through the API."""
        return False

    # Reading

    async def _page(self, request: Request, q: str | None, sorts: Any, skip: int, limit: int) -> Page:
        office, listing = office_of(request), self.section.listing
        asked = (q or "", tuple(sorts or ()), skip, limit)
        kept: tuple[Any, Page] | None = getattr(request.state, "page", None)
        if kept is not None and (sorts is None or kept[0] == asked):
            return kept[1]
        page = await self.hub.read(lambda conn: listing.page(conn, office, *asked))
        request.state.page = (asked, page)
        return page

    async def find_all(
        self,
        request: Request,
        skip: int = 0,
        limit: int = 100,
        q: str | None = None,
        sorts: Any = None,
        filters: Any = None,
    ) -> Sequence[Any]:
        """Return a page of rows."""
        await self.fetch_choices(request)
        bounded = limit if 0 < limit <= 100 else 100
        return (await self._page(request, q, tuple(sorts or ()), skip, bounded)).records

    async def count(self, request: Request, q: str | None = None, filters: Any = None) -> int:
        """Return how many rows there are, up to a bound; the page that was read knows."""
        return (await self._page(request, q, None, 0, 1)).total

    async def find_by_pk(self, request: Request, pk: Any) -> Record | None:
        """Return one row in full."""
        office, section = office_of(request), self.section
        await self.fetch_choices(request)

        def work(conn: Any) -> Record | None:
            if section.shown is not None:
                return section.shown(conn, str(pk), office)
            return next(iter(section.listing.by_keys(conn, office, [str(pk)])), None)

        return await self.hub.read(work)

    async def find_by_pks(self, request: Request, pks: list[Any]) -> Sequence[Any]:
        """Return some rows."""
        found = [await self.find_by_pk(request, pk) for pk in pks[:25]]
        return [record for record in found if record is not None]

    async def fetch_choices(self, request: Request) -> None:
        """Fetch what the section's choice fields choose from."""
        if self.section.choices is not None and not getattr(request.state, "choices", None):
            request.state.choices = await self.hub.read(self.section.choices)

    # Writing

    def _typed(self, request: Request, fields: Sequence[BaseField], data: dict[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        errors: dict[str | int, Any] = {}
        for field in fields:
            if field.read_only or field.name not in data:
                continue
            read = getattr(field, "read", None)
            try:
                values[field.name] = read(data[field.name], office_of(request)) if read else data[field.name]
            except DomainError as refused:
                errors[field.name] = str(refused)
        if errors:
            raise FormValidationError(errors)
        return values

    async def _write(self, request: Request, act: str, pk: str, data: dict[str, Any], write: Write) -> Any:
        values = self._typed(request, self.get_fields_list(request), data)
        change = Change(office_of(request), pk, values)
        deed = Deed(self.section, act, change)
        try:
            key = await desk.do(self.hub, deed, write, prepare=self.section.prepare)
        except Refusal as refusal:
            self._refuse(request, refusal)
        return await self.find_by_pk(request, key)

    def _refuse(self, request: Request, refusal: Refusal) -> NoReturn:
        """Show a refusal beside its field, else as a message above the form."""
        beside = self.section.beside.get(refusal.code, refusal.code)
        if any(field.name == beside for field in self.get_fields_list(request)):
            raise FormValidationError({beside: refusal.text}) from None
        flash(request, refusal.text, "error")
        raise FormValidationError({"": refusal.text}) from None

    async def create(self, request: Request, data: dict[str, Any]) -> Any:
        """Make a row as the API would."""
        assert self.section.create is not None, "the form is only there where rows can be made"
        return await self._write(request, "create", "", data, self.section.create)

    async def edit(self, request: Request, pk: Any, data: dict[str, Any]) -> Any:
        """Change a row as the API would."""
        assert self.section.edit is not None, "the form is only there where rows can be changed"
        return await self._write(request, "edit", str(pk), data, self.section.edit)

    async def delete(self, request: Request, pks: list[Any]) -> int | None:
        """Take rows away as the API would, each by itself."""
        remove = self.section.delete
        assert remove is not None, "it is only offered where rows can be taken away"
        for pk in pks:
            change = Change(office_of(request), str(pk), {})
            try:
                await desk.do(self.hub, Deed(self.section, "delete", change), remove)
            except Refusal as refusal:
                raise ActionFailed(refusal.text) from None
        return len(pks)

    # Acts

    def _init_batch_actions(self) -> None:
        self.actions = []
        for act in self.section.acts:
            if act.of_list:
                self._actions[act.name] = self._as_action(act) | _FOR_LISTS
                self._actions_handlers[act.name] = self._handler(act)
                self.actions.append(act.name)

    def _init_row_actions(self) -> None:
        super()._init_row_actions()
        names = list(_WAYS)
        for act in self.section.acts:
            if not act.of_list:
                self._row_actions[act.name] = self._as_action(act)
                self._row_actions_handlers[act.name] = self._handler(act)
                names.append(act.name)
        self.row_actions = names

    def _as_action(self, act: Act) -> dict[str, Any]:
        button = "btn btn-danger" if act.grave else "btn btn-primary"
        return {
            "name": act.name,
            "text": _(act.text),
            "confirmation": _(act.ask),
            "header": _(act.text),
            "action_btn_class": "btn btn-outline-danger" if act.grave else "btn",
            "submit_btn_text": _(act.text),
            "submit_btn_class": button,
            "icon_class": act.icon,
            "form": self._form(act),
            "custom_response": act.answer is not Answer.MESSAGE,
            "exclude_from_list": not act.of_list,
            "exclude_from_detail": False,
            "modal_size": "md",
        }

    def _form(self, act: Act) -> Any:
        async def form(request: Request, row: Any = None) -> str:
            request.state.row = row if isinstance(row, Record) else None
            assert self._admin is not None, "a view is added before it is asked"
            env = self._admin.templates.env
            return env.get_template("act_form.html").render(
                fields=self._act_fields[act.name], request=request
            )

        return form if act.fields else "<form></form>"

    async def is_action_allowed(self, request: Request, name: str) -> bool:
        """Let those do it who have the act's right."""
        act = self._act(name)
        return act is not None and act.of_list and self._may_do(request, act)

    def _may_do(self, request: Request, act: Act) -> bool:
        return may(request, act.right) and not self._is_read_only(request)

    async def is_row_action_allowed(self, request: Request, name: str) -> bool:
        """Let those do it who have the act's right; the library's own ways as it says."""
        act = self._act(name)
        if act is None:
            return name in _WAYS and await super().is_row_action_allowed(request, name)
        return not act.of_list and self._may_do(request, act)

    async def is_row_action_allowed_for_obj(self, request: Request, name: str, obj: Any) -> bool:
        """Offer an act only where it means something."""
        act = self._act(name)
        return act is None or act.offered(obj)

    def _act(self, name: str) -> Act | None:
        return next((act for act in self.section.acts if act.name == name), None)

    def _handler(self, act: Act) -> Callable[[Request, Any], Awaitable[Response | None]]:
        async def handle(request: Request, pk: Any) -> Response | None:
            key = "" if act.of_list else str(pk)
            try:
                said = await self._do(request, act, key)
            except Refusal as refusal:
                if act.answer is Answer.MESSAGE:
                    raise ActionFailed(refusal.text) from None
                return self._said(request, act, Said(refusal.text), status=422)
            if act.answer is Answer.MESSAGE:
                flash(request, said.text, "success")
                return None
            return self._said(request, act, said)

        return handle

    async def _do(self, request: Request, act: Act, key: str) -> Said:
        if key and office_of(request).stores and await self.find_by_pk(request, key) is None:
            raise Refusal(_("There is nothing here."))
        form = await request.form()
        typed = {
            field.name: await field.parse_form_data(request, form) for field in self._act_fields[act.name]
        }
        try:
            values = self._typed(request, self._act_fields[act.name], typed)
        except FormValidationError as wrong:
            raise Refusal(" ".join(str(text) for text in wrong.errors.values())) from None
        change = Change(office_of(request), key, values)
        try:
            return await desk.do(self.hub, Deed(self.section, act.name, change), act.do, prepare=act.prepare)
        except Misfit as misfit:
            # An act's answer has no place beside a field: it says which one is meant.
            meant = [_(field.label) for field in act.fields if field.name == misfit.code and field.label]
            raise Refusal(": ".join([*meant, misfit.text])) from None

    def _said(self, request: Request, act: Act, said: Said, status: int = 200) -> Response:
        if act.answer is Answer.FILE and status == 200:
            headers = {"Content-Disposition": f'attachment; filename="{said.file_name}"'}
            return Response(said.shown, media_type="application/json", headers=headers)
        assert self._admin is not None, "a view is added before it is asked"
        context = {"view": self, "title": _(act.text), "said": said, "failed": status != 200}
        return self._admin._template_response(request, "said.html", context, status_code=status)


def _spoken(field: BaseField) -> BaseField:
    """Return a field of one's own that speaks the hub's language."""
    own = copy.deepcopy(field)
    own.label = _(own.label) if own.label else own.label
    own.help_text = _(own.help_text) if own.help_text else None
    return own


_FOR_LISTS = {"allow_empty_selection": True, "dedicated_button": True}
