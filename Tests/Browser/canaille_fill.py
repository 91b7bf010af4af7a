"""Run by Canaille's own Python: makes the personas its accounts, all with one password, and the site its client."""

import json
import os
import sys
from pathlib import Path

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend


def account(persona, password):
    """Named by the persona's login hint; phone numbers as the standard recommends them; a natural person has neither unit nor credit code."""
    return models.User(
        user_name=persona["loginHint"], password=password, formatted_name=persona["name"], family_name=persona["name"],
        phone_numbers=["+86 " + persona["phone"]], employee_number=persona["idNumber"], department=persona["creditCode"] or None,
        organization=persona["unitName"] or None)


def client(origin):
    """Trusted by its address, so that Canaille asks nobody's consent, as no province's platform would."""
    return models.Client(
        client_id="zhiping", client_name="职评", client_uri=origin, client_secret=os.environ["IDENTITY_CLIENT_SECRET"],
        redirect_uris=[f"{origin}/sign-in/callback"], scope=["openid", "profile", "phone"], grant_types=["authorization_code"], response_types=["code"],
        token_endpoint_auth_method="client_secret_basic", id_token_signed_response_alg="RS256")


def fill(personas, password, origin):
    for persona in personas:
        Backend.instance.save(account(persona, password))
    site = client(origin)
    Backend.instance.save(site)
    site.audience = [site]
    Backend.instance.save(site)


if __name__ == "__main__":
    accounts, password, origin = sys.argv[1:]
    with create_app(init_backend=True).app_context(), Backend.instance.session():
        fill(json.loads(Path(accounts).read_text()), password, origin)
