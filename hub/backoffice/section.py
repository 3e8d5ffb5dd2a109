"""What one part of the back office is declared by: fields, list, rights, and the hub's own functions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sqlalchemy import Connection
from starlette_admin.fields import BaseField

from hub.backoffice.listing import Listing, Record
from hub.backoffice.office import Office
from hub.unit import Unit
from omnipos.domain.staff import Right
from omnipos.locale import later


@dataclass
class Change:
    """What somebody wants written: the values they typed, of what, and who they are."""

    office: Office
    key: str
    """What the row is known by; empty for a new one."""
    values: dict[str, Any]
    prepared: Any = None
    """What `prepare` made before the transaction."""


class Answer(Enum):
    """How the page answers when something was done."""

    MESSAGE = "message"
    PAGE = "page"
    """On a page of its own, for what is shown once."""
    FILE = "file"


@dataclass(frozen=True)
class Said:
    """What was done: a sentence, and what is shown or saved with it."""

    text: str
    shown: str = ""
    file_name: str = ""


Do = Callable[[Unit, Change], Said]


@dataclass(frozen=True)
class Act:
    """Something that can be done with a row, or with the whole list, besides changing its fields."""

    name: str
    text: str
    do: Do
    right: Right
    ask: str
    """What is asked before it is done."""
    icon: str = "fa-solid fa-bolt"
    fields: Sequence[BaseField] = ()
    answer: Answer = Answer.MESSAGE
    offered: Callable[[Record], bool] = lambda _record: True
    of_list: bool = False
    """It is done with no row chosen."""
    prepare: Callable[[Connection, Change], Any] | None = None
    grave: bool = False
    """It cannot be undone."""


Write = Callable[[Unit, Change], str]


@dataclass(frozen=True)
class Section:
    """One part of the back office."""

    key: str
    label: str
    one: str
    """What one of its rows is called."""
    icon: str
    right: Right
    """Who has it sees the section."""
    fields: Sequence[BaseField]
    listing: Listing
    search_hint: str = ""
    """What a search looks at, said in the list."""
    change_right: Right | None = None
    """Who has it may write; None for what is only read."""
    is_shared: bool = False
    """Its rows hold in every store: who is bound to some stores reads them."""
    new_is_shared: bool = False
    """What is made new concerns every store: who is bound to some stores makes none."""
    group: str = later("Shop")
    pk: str = "key"
    shown: Callable[[Connection, str, Office], Record | None] | None = None
    """How one row is read in full; without it, as the list has it."""
    create: Write | None = None
    edit: Write | None = None
    delete: Callable[[Unit, Change], None] | None = None
    prepare: Callable[[Connection, Change], Any] | None = None
    """What is read or worked out before the transaction, such as a slow hash."""
    acts: Sequence[Act] = ()
    choices: Callable[[Connection], Mapping[str, Sequence[tuple[str, str]]]] | None = None
    """What its choice fields choose from."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Beside which field a refusal stands, by its code."""
