"""Keys and tokens of services: a fixed prefix and a fixed length, as each vendor documents them.

Prefixes and lengths are those of GitHub's list of supported secret scanning patterns and of the vendor that is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from winnow.curation.pii.placeholders import is_placeholder

PART_OF_TOKEN = r"[\w+/=-]{16}|xox[a-z]-|PRIVATE KEY|PuTTY-User"
"""Every token below contains a match of this pattern."""

VENDOR_TOKENS = {
    "AWS access key": r"(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}",
    "Adafruit": r"aio_[A-Za-z0-9]{28}",
    "Airtable": r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}",
    "Anthropic, OpenAI, OpenRouter": r"sk-(?:ant|proj|svcacct|admin|or)-[\w-]{20,}",
    "OpenAI": r"sk-[A-Za-z0-9]{20,}",
    "Artifactory": r"AKC[a-zA-Z0-9]{60,}",
    "Asana": r"[12]/\d{10,}(?:/\d{10,})?:[0-9a-f]{32}",
    "Atlassian": r"ATATT3[\w=-]{40,}|ATCTT3[\w=-]{40,}",
    "Azure storage": r"(?<=AccountKey=)[a-zA-Z0-9+/]{86}==",
    "Azure SAS": r"(?<=[?&]sig=)[\w%]{40,}",
    "Cloudflare": r"v1\.0-[0-9a-f]{24}-[0-9a-f]{146}",
    "Databricks": r"dapi[0-9a-f]{32}(?:-\d)?",
    "DigitalOcean": r"do[opr]_v1_[0-9a-f]{64}",
    "Discord bot": r"[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,38}",
    "Discord webhook": r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d{17,20}/[\w-]{60,}",
    "Docker Hub": r"dckr_(?:pat|oat)_[\w-]{27,}",
    "Doppler": r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]+\.)?[A-Za-z0-9]{40,44}",
    "Dropbox": r"sl\.[\w-]{100,}",
    "Dynatrace": r"dt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}",
    "Facebook": r"EAA[A-Za-z0-9]{80,}",
    "Figma": r"fig[dou]_[\w-]{40,}",
    "Fly.io": r"fo1_[\w-]{43}|fm[12][ar]?_[\w+/=-]{100,}",
    "GitHub": r"gh[oprsu]_[A-Za-z0-9]{36,}|github_pat_\w{22,}",
    "GitLab": (
        r"(?:glpat|gldt|glft|glsoat|glrt|glptt|glimt|gloas|glagent|glcbt|glffct|glwt)-[\w.-]{20,}"
        r"|GR1348941[\w-]{20,}"
    ),
    "Google API key": r"AIza[\w-]{30,}",
    "Google OAuth": r"ya29\.[\w-]{20,}|GOCSPX-[\w-]{28}|1//0[\w-]{40,}",
    "Grafana": r"gl(?:c|sa)_[\w+/=]{32,}",
    "Groq": r"gsk_[A-Za-z0-9]{40,}",
    "HashiCorp Vault": r"hv[sbr]\.[\w-]{24,}",
    "Terraform Cloud": r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}",
    "Heroku": r"HRKU-[\w-]{36,}",
    "Hugging Face": r"(?:hf|api_org)_[A-Za-z0-9]{30,}",
    "JSON web token": r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?",
    "LaunchDarkly": r"(?:sdk|mob|api)-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
    "Linear": r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}",
    "Mailchimp": r"[0-9a-f]{32}-us\d{1,2}",
    "Mailgun": r"(?:key|pubkey)-[0-9a-z]{32}",
    "New Relic": r"NR(?:AK|JS|AL|AA|II|RA|SP)-[A-Za-z0-9-]{19,}",
    "Notion": r"ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43}",
    "npm": r"npm_[A-Za-z0-9]{36,}",
    "npm registry": r"(?<=_authToken=)[\w=/+-]{16,}",
    "NuGet": r"oy2[a-z0-9]{43}",
    "Okta": r"(?<=SSWS )00[\w-]{40}",
    "PlanetScale": r"pscale_(?:tkn|pw|oauth)_[\w.-]{32,}",
    "Postman": r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}",
    "Pulumi": r"pul-[0-9a-f]{40}",
    "PyPI": r"pypi-AgE[\w-]{50,}",
    "Replicate": r"r8_[A-Za-z0-9]{37,}",
    "RubyGems": r"rubygems_[0-9a-f]{48}",
    "SendGrid": r"SG\.[\w-]{16,32}\.[\w-]{16,64}",
    "Sentry": r"sntry[su]_[\w+/=]{40,}",
    "Shopify": r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    "Slack": r"xox[abeoprs]-[\w-]{10,}|xapp-[\w-]{20,}|xoxe\.xox[bp]-[\w-]{20,}",
    "Slack webhook": r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[\w/-]{20,}",
    "Microsoft Teams webhook": r"https://[\w.-]+\.webhook\.office\.com/[\w@/-]{40,}",
    "Square": r"sq0[a-z]{3}-[\w-]{22,}|EAAA[\w-]{60}",
    "Stripe": r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{32,}",
    "Supabase": r"sb(?:p|_secret|_publishable)_[\w-]{20,}",
    "Tailscale": r"tskey-[a-z]+-\w{8,}-\w{20,}",
    "Telegram bot": r"\d{8,10}:AA[\w-]{33}",
    "Twilio": r"(?:AC|SK)[0-9a-f]{32}",
    "Vercel": r"vc[aipkr]_[A-Za-z0-9]{24,}",
    "xAI": r"xai-[A-Za-z0-9]{60,}",
    "Yandex Cloud": r"t1\.[\w-]+=*\.[\w-]{80,}|AQVN[\w-]{35,}",
    "bearer token": r"(?<=Bearer )(?=\S*\d)[\w.~+/-]{20,}=*",
}
"""Forms of secrets that need no word before them, by vendor."""

TOKEN = re.compile(
    rf"(?<![\w-])(?:{'|'.join(VENDOR_TOKENS.values())})(?![A-Za-z0-9])|(?<=Authorization: Basic )[\w+/]{{12,}}=*"
)

AWS_SECRET = re.compile(
    r"(?i:aws|amazon|secret|access[ _-]?key).{0,40}?(?<![\w/+])"
    r"(?P<v>(?=\S{0,39}\d)(?=\S{0,39}[a-z])(?=\S{0,39}[A-Z])[A-Za-z0-9/+]{40})(?![\w/+=])",
    re.S,
)
"""An AWS secret access key has 40 characters and no prefix; a word before it says what it is.

The hash of a commit has 40 characters too, but no capital letters.
"""

NAMED_AWS_SECRET = re.compile(
    r"(?i:(?:aws|amazon)[ _-]*secret|secret[ _-]?access[ _-]?key).{0,30}?(?<![\w/+])"
    r"(?P<v>(?=(?:\S*?[a-z/+][A-Z]){5})[A-Za-z0-9/+]{40})(?![\w/+=])",
    re.S,
)
"""After its full name it also counts without a digit, if its case changes like that of random letters."""

PRIVATE_KEY = re.compile(
    r"(?:\bpriv(?:ate)?[ _-]?key|\bsecp256k1"
    r"|\b(?:eth(?:ereum|er)?|metamask|bitcoin|btc|wallet)(?:'s)?[ _-](?:\w+ )?(?:secret|key))"
    r"(?:(?!\b(?:hash|public|transaction|tx|txid|block|sha\d*|checksum|fingerprint|address)\b).){0,40}?"
    r"(?<!\w)(?P<v>(?:0x)?[0-9a-f]{64})(?!\w)",
    re.I | re.S,
)
"""A key of secp256k1, the curve of Bitcoin and Ethereum, has 64 hexadecimal digits (SEC 2); so have hashes."""

PEM = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]+-----|\Z)|PuTTY-User-Key-File-\d.*\Z",
    re.S,
)
"""A private key up to its last line, or up to the end of the text if that line is missing."""


def find_secrets(text: str) -> Iterator[tuple[int, int]]:
    """Whole spans of keys and tokens whose form says that they are secret."""
    if not re.search(PART_OF_TOKEN, text):
        return
    yield from (match.span() for match in PEM.finditer(text))
    for match in TOKEN.finditer(text):
        if not is_placeholder(match[0]):
            yield match.span()
    for pattern in (AWS_SECRET, NAMED_AWS_SECRET, PRIVATE_KEY):
        yield from (match.span("v") for match in pattern.finditer(text) if not is_placeholder(match["v"]))
