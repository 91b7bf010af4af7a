"""Canaille in the place of the stand-in platform: a provider written by others, with claim names, sessions and questions of its own."""

import secrets

from system import HERE, ROOT

PROGRAMS = ROOT / ".venv-canaille" / "bin"
PASSWORD = "correct-horse-battery"

# Canaille signs with RS256, and sends the claims of the standard under their standard names only: ours travel in some of those.
EXPECTED = {
    "ID_TOKEN_ALGORITHM": "RS256", "CLAIM_ID_NUMBER": "preferred_username", "CLAIM_CREDIT_CODE": "website", "CLAIM_UNIT_NAME": "given_name",
}
MAPPING = {"PREFERRED_USERNAME": "employee_number", "WEBSITE": "department", "GIVEN_NAME": "organization"}


def canaille(system, port):
    """Gives Canaille the personas as accounts and the site as a client, starts it, and says what the site has to expect of it."""
    configured = configuration(system.folder, port)
    system.run(PROGRAMS / "python", HERE / "canaille_fill.py", system.folder / "personas.json", PASSWORD, system.origin, **configured)
    system.begin(PROGRAMS / "canaille", "run", "--bind", f"127.0.0.1:{port}", "--workers", 0, **configured)
    return EXPECTED


def configuration(folder, port):
    """Canaille's settings; its keys it makes itself. No scripts in its pages: they would send a field while it is still being typed."""
    claims = {f"CANAILLE_OIDC__USERINFO_MAPPING__{claim}": f"{{{{ user.{attribute} or '' }}}}" for claim, attribute in MAPPING.items()}
    return claims | {
        "SECRET_KEY": secrets.token_hex(32), "SERVER_NAME": f"127.0.0.1:{port}", "PREFERRED_URL_SCHEME": "http",
        "CANAILLE__FORCE_HTTPS": "false", "CANAILLE__JAVASCRIPT": "false",
        "CANAILLE_SQL__DATABASE_URI": f"sqlite:///{folder}/canaille.sqlite",
    }
