"""What a visitor reads on a page: its forms, and its links."""

import re
from html.parser import HTMLParser


class Form:
    def __init__(self, attributes):
        self.path = attributes.get("action", "")
        self.is_multipart = attributes.get("enctype") == "multipart/form-data"
        self.id = attributes.get("id", "")
        self.fields = {}
        self.buttons = set()
        self.options = {}

    @property
    def key(self):
        return self.fields.get("_key", "")

    @property
    def version(self):
        return int(self.fields.get("_version", "0"))


class Reader(HTMLParser):
    """The fields of each form with the values they would be sent with; buttons apart, since only the pressed one is sent."""

    def __init__(self):
        super().__init__()
        self.forms = []
        self.form = self.area = self.select = None

    def handle_starttag(self, tag, pairs):
        given = {name: value or "" for name, value in pairs}
        if tag == "form":
            self.form = Form(given)
            self.forms.append(self.form)
        if self.form is None:
            return
        name = given.get("name", "")
        if tag == "button" and name:
            self.form.buttons.add((name, given.get("value", "")))
        elif tag == "input" and name and given.get("type") not in ("file", "checkbox", "radio", "submit"):
            self.form.fields[name] = given.get("value", "")
        elif tag == "input" and name and given.get("type") in ("checkbox", "radio"):
            self.form.buttons.add((name, given.get("value", "")))
            if "checked" in given:
                self.form.fields[name] = given.get("value", "")
        elif tag == "textarea":
            self.area = name
            self.form.fields[name] = ""
        elif tag == "select":
            self.select = name
            self.form.fields.setdefault(name, "")
        elif tag == "option" and self.select:
            if given.get("value"):
                self.form.options.setdefault(self.select, []).append(given["value"])
            if "selected" in given:
                self.form.fields[self.select] = given.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "textarea" and self.area is not None:
            self.form.fields[self.area] = self.form.fields[self.area].removeprefix("\n")
            self.area = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data):
        if self.form is not None and self.area is not None:
            self.form.fields[self.area] += data


def forms(html):
    reader = Reader()
    reader.feed(html)
    return reader.forms


def form_to(html, end):
    """The form on a page that posts to an address with this end; None when there is none."""
    return next((form for form in forms(html) if form.path.endswith(end)), None)


def dossiers(html):
    return list(dict.fromkeys(re.findall(r'href="/dossiers/([a-z2-7]{26})[?"]', html)))
