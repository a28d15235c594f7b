"""Thirty kinds of secret, made up, each with the text it stands in and the part that nobody may see.

Put together from pieces, so that no scanner takes this file for a leak.
"""

from __future__ import annotations

LETTERS = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA2cD4eF6hJ8kL1nP3qR5sT7uV9wX2yZ4b"
HEX = "3f9a1c7be2d04586a1f3c5e7092b4d68f0a2c4e6b8d0f1a3c5e7092b4d68f0a2"
BODY = ("MIIEpAIBAAKCAQEA" + LETTERS[:48], LETTERS, LETTERS[::-1], LETTERS[16:40] + "==")
ARMOUR = "\n".join(("-----BEGIN RSA " + "PRIVATE KEY-----", *BODY, "-----END RSA PRIVATE KEY-----"))

PLANTED: dict[str, tuple[str, str]] = {
    "GitHub": ("ghp_" + LETTERS[:36], LETTERS[:36]),
    "GitHub, fine-grained": ("github_pat_" + LETTERS[:22] + "_" + LETTERS[:59], LETTERS[:22]),
    "GitLab": ("glpat-" + LETTERS[:20], LETTERS[:20]),
    "Slack": ("xoxb-" + "123456789012-123456789012-" + LETTERS[:24], LETTERS[:24]),
    "Slack webhook": ("https://hooks.slack.com/services/" + "T01234567/B01234567/" + LETTERS[:24], LETTERS[:24]),
    "AWS key id": ("AKIA" + "Z7Q3T5W8Y2R4U6P1", "Z7Q3T5W8Y2R4U6P1"),
    "AWS secret": ("aws_secret_access_key = " + LETTERS[:40], LETTERS[:40]),
    "Google": ("AIza" + LETTERS[:35], LETTERS[:35]),
    "Google OAuth": ("ya29." + LETTERS[:40], LETTERS[:40]),
    "Azure storage": ("AccountName=x;AccountKey=" + LETTERS[:60] + "==;EndpointSuffix=core", LETTERS[:60]),
    "Azure signature": ("https://example.org/x?sv=2022&sig=" + LETTERS[:40] + "%3D&se=2030", LETTERS[:40]),
    "OpenAI": ("sk-" + "proj-" + LETTERS[:48], LETTERS[:48]),
    "Anthropic": ("sk-" + "ant-api03-" + LETTERS[:48], LETTERS[:48]),
    "HuggingFace": ("hf_" + LETTERS[:34], LETTERS[:34]),
    "PyPI": ("pypi-" + "AgEI" + LETTERS[:60], LETTERS[:60]),
    "npm": ("npm_" + LETTERS[:36], LETTERS[:36]),
    "Stripe": ("sk_" + "live_" + LETTERS[:24], LETTERS[:24]),
    "Twilio": ("SK" + HEX[:32], HEX[:32]),
    "SendGrid": ("SG." + LETTERS[:22] + "." + LETTERS[:43], LETTERS[:43]),
    "Telegram": ("123456789:" + "AA" + LETTERS[:33], LETTERS[:33]),
    "Databricks": ("dapi" + HEX[:32], HEX[:32]),
    "JSON web token": ("eyJ" + LETTERS[:30] + ".eyJ" + LETTERS[:40] + "." + LETTERS[20:60], LETTERS[20:60]),
    "private key": (ARMOUR, LETTERS),
    "URL with password": ("postgresql://kim:s3cr3t-Pw!@db.example.org:5432/x", "s3cr3t-Pw!"),
    "URL with token": ("https://kim-s-token-77@git.example.org/x.git", "kim-s-token-77"),
    "authorization": ("Authorization: Basic a2ltOnM=", "a2ltOnM="),
    "bearer": ("'Authorization': 'Bearer abc.DEF-77'", "abc.DEF-77"),
    "password": ("password='open5esame'", "open5esame"),
    "password, of a file": ("DB_PASSWORD: open5esame", "open5esame"),
    "password, of a shell": ("export DB_PASSWORD=open,5esame;x", "open,5esame;x"),
    "password, of a command": ("mysql --password open5esame", "open5esame"),
    "secret key": ('{"secret_key": "dj4ngo!k"}', "dj4ngo!k"),
    "parameter": ("https://example.org/x?token=t0k3n&page=2", "t0k3n"),
    "connection string": ("Server=db;Uid=kim;Pwd=open5esame;", "open5esame"),
    "cookie": ("Set-Cookie: session=5esame77; Path=/", "5esame77"),
}
"""By kind: a text, and what of it is secret."""
