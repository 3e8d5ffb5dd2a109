"""A person at the back office of a hub for tests: signs in, reads pages, fills in forms, does acts."""

import html
import re
from typing import Any

from tests.hub.rig import HubRig

PIN = "9876"
_HASHES: dict[str, str] = {}
"""PINs hashed once for all tests: a hash is slow on purpose."""


def hashed(pin: str) -> str:
    """Return the hash of a PIN."""
    if pin not in _HASHES:
        import argon2

        _HASHES[pin] = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(pin)
    return _HASHES[pin]


def hire(rig: HubRig, name: str, role: str = "manager", pin: str = PIN, **more: object) -> str:
    """Let somebody work here; return their id."""
    wish = {"staff_id": f"staff-{name.lower()}", "name": name, "role": role, "pin_hash": hashed(pin)}
    rig.ask("PUT", "/v1/staff", {"staff": [wish | more]})
    return str(wish["staff_id"])


class Desk:
    """Somebody's browser, without the browser."""

    def __init__(self, rig: HubRig) -> None:
        """Stand before the door."""
        self.rig = rig
        self.client = rig.client

    def get(self, path: str, status: int = 200) -> str:
        """Return a page."""
        answer = self.client.get(f"/admin/{path}")
        assert answer.status_code == status, (answer.status_code, answer.text[-2000:])
        return answer.text

    def token(self) -> str:
        """Return the token against forged forms, as the browser has it."""
        if "starlette_admin_csrftoken" not in self.client.cookies:
            self.client.get("/admin/login")
        return str(self.client.cookies["starlette_admin_csrftoken"])

    def post(self, path: str, form: dict[str, Any], token: str | None = None) -> Any:
        """Send a form and follow where it leads."""
        values = {"csrftoken": self.token() if token is None else token} | form
        return self.client.post(f"/admin/{path}", data=values)

    def sign_in(self, name: str = "Rina", pin: str = PIN) -> str:
        """Try to sign in; return the page that comes of it."""
        return str(self.post("login", {"username": name, "password": pin}).text)

    def form_of(self, path: str) -> dict[str, Any]:
        """Return what stands in the form of a page, as a browser would send it."""
        page = self.get(path)
        form = page[page.index("enctype=") :]
        found: dict[str, Any] = {}
        for attributes in re.findall(r"<input([^>]*)>", form, re.S):
            name, value = _attribute(attributes, "name"), _attribute(attributes, "value")
            ticked = 'type="checkbox"' not in attributes or "checked" in attributes
            if name and name != "csrftoken" and ticked:
                found[name] = "on" if 'type="checkbox"' in attributes else value
        for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.S):
            found[name] = html.unescape(text)
        for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
            chosen = re.findall(r'value="([^"]*)"\s+selected', options)
            found[name] = chosen if len(chosen) > 1 else "".join(chosen)
        return found

    def create(self, section: str, status: int = 200, **values: Any) -> str:
        """Fill in the form of a new row and save it; return the page that comes of it."""
        return self._save(f"{section}/create", status, values)

    def edit(self, section: str, pk: str, status: int = 200, **values: Any) -> str:
        """Change some fields of a row and save; return the page that comes of it."""
        return self._save(f"{section}/edit?pk={pk}", status, values)

    def _save(self, path: str, status: int, values: dict[str, Any]) -> str:
        form = {name: value for name, value in (self.form_of(path) | values).items() if value is not None}
        answer = self.post(path, form)
        assert answer.status_code == status, (answer.status_code, said(answer.text))
        return str(answer.text)

    def act(self, section: str, pk: str, name: str, status: int = 200, **values: Any) -> Any:
        """Do an act with a row, or with an empty key of the list."""
        kind = "row-action" if pk else "action"
        path = f"_api/{section}/{kind}?name={name}&pk={pk}"
        answer = self.post(path, values)
        assert answer.status_code == status, answer.text[-2000:]
        return answer


def _attribute(attributes: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', attributes)
    return html.unescape(found[1]) if found else ""


def said(page: str) -> list[str]:
    """Return what a page says above its content, and beside its fields."""
    found = re.findall(r'class="(?:alert-description|invalid-feedback[^"]*)"[^>]*>(.*?)</div>', page, re.S)
    texts = (html.unescape(re.sub(r"<[^>]*>", "", one)).strip() for one in found)
    return [text for text in texts if text]
