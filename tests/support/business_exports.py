"""Files that imitate what business tools export: help desks, surveys, chats, annotation tools. Made-up texts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.support.workbooks import write_xlsx

ROWS = 36
"""Rows of each file."""


class Expected(NamedTuple):
    """What `init --from` must recognize in a file."""

    write: Callable[[Path], Path]
    text: str | None
    label: str | None
    labels: int
    language: str
    group: str | None = None
    time: str | None = None
    no_label: tuple[str, ...] = ()


ENGLISH = {
    "Billing": ("I was charged {n} dollars twice on my card", "Where can I download invoice number {n}"),
    "Shipping": ("My parcel {n} has not arrived at my house yet", "When will order {n} be delivered to me"),
    "Account": ("I cannot sign in to my account since {n} days", "How do I change the name of profile {n}"),
}
GERMAN = {
    "Rechnung": ("Meine Rechnung Nummer {n} ist leider falsch", "Warum wurden {n} Euro zweimal abgebucht"),
    "Lieferung": ("Das Paket mit der Nummer {n} ist nicht angekommen", "Wann wird meine Bestellung {n} geliefert"),
    "Zugang": ("Ich kann mich seit {n} Tagen nicht mehr anmelden", "Wie ändere ich das Passwort für Konto {n}"),
}
SPANISH = {
    "Facturación": ("Me cobraron {n} euros dos veces en la tarjeta", "No encuentro la factura número {n} en mi correo"),
    "Envío": ("El paquete {n} todavía no ha llegado a mi casa", "Cuándo van a entregar mi pedido número {n}"),
    "Cuenta": ("No puedo entrar en mi cuenta desde hace {n} días", "Cómo puedo cambiar la contraseña del perfil {n}"),
}
FRENCH = {
    "Facture": ("On m'a débité {n} euros deux fois sur ma carte", "Je ne trouve pas la facture numéro {n} du mois"),
    "Livraison": ("Mon colis numéro {n} n'est pas encore arrivé", "Quand est-ce que ma commande {n} sera livrée"),
    "Compte": ("Je ne peux plus me connecter depuis {n} jours", "Comment changer le mot de passe du compte {n}"),
}
JAPANESE = {
    "請求": ("{n}番の請求書の金額が間違っています", "クレジットカードから{n}円が二回引き落とされました"),
    "配送": ("注文番号{n}の荷物がまだ届いていません", "{n}番の商品はいつ配達されますか"),
    "アカウント": ("{n}日前からログインできなくなりました", "会員番号{n}のパスワードを変更したいです"),
}


def texts(language: dict[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """Text and label of every row."""
    labels = [*language]
    return [(language[labels[n % 3]][n // 3 % 2].format(n=n + 11), labels[n % 3]) for n in range(ROWS)]


def _csv(rows: Sequence[Sequence[object]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue()


def _day(n: int) -> str:
    return f"2026-03-{n % 28 + 1:02d}"


def zendesk(folder: Path) -> Path:
    """A list of tickets, with a custom field for the topic that agents left blank here and there."""
    head = ["Id", "Subject", "Description", "Status", "Priority", "Requester", "Assignee", "Created at", "Topic"]
    rows = [
        [
            4000 + n,
            f"Request {n}",
            text,
            "open",
            "normal",
            f"Customer {n // 2}",
            "Kim",
            f"{_day(n)} 09:{n:02d}:00",
            topic,
        ]
        for n, (text, topic) in enumerate(texts(ENGLISH))
    ]
    for n in (3, 9):
        rows[n][-1] = "-"
    rows[5][-1] = ""
    path = folder / "zendesk tickets (march).csv"
    path.write_text(_csv([head, *rows]), encoding="utf-8-sig")
    return path


def freshdesk(folder: Path) -> Path:
    """Tickets whose category was typed by hand: one in capitals."""
    head = ["Ticket ID", "Ticket Description", "Issue Type", "Agent", "Customer ID", "Created time", "CSAT rating"]
    rows = [
        [n, text, kind.upper() if n == 0 else kind, ["Ann", "Bob"][n % 2], f"c-{n // 3}", f"{_day(n)}T10:00:00Z", n % 5]
        for n, (text, kind) in enumerate(texts(ENGLISH))
    ]
    path = folder / "freshdesk.csv"
    path.write_text(_csv([head, *rows]), encoding="utf-8")
    return path


def jira(folder: Path) -> Path:
    """A German Jira: semicolons, Windows-1252."""
    head = ["Vorgangsschlüssel", "Zusammenfassung", "Beschreibung", "Kategorie", "Status", "Autor", "Erstellt"]
    rows = [
        [f"HELP-{n}", f"Anfrage {n}", text, kind, "Offen", f"nutzer{n // 2}", f"{_day(n)} 08:00"]
        for n, (text, kind) in enumerate(texts(GERMAN))
    ]
    path = folder / "jira-export.csv"
    path.write_bytes(_csv([head, *rows], ";").encode("cp1252"))
    return path


def google_forms(folder: Path) -> Path:
    """Answers of a Spanish form, whose columns are its questions."""
    head = ["Marca temporal", "¿En qué podemos ayudarle?", "Tipo de consulta", "Nombre"]
    rows = [[f"{_day(n)} 12:00:00", text, kind, f"Persona {n}"] for n, (text, kind) in enumerate(texts(SPANISH))]
    return write_xlsx(folder / "respuestas.xlsx", {"Respuestas de formulario 1": [head, *rows]})


def survey_monkey(folder: Path) -> Path:
    """A French survey: a second row of the header says how each question was answered."""
    head = ["ID du répondant", "Date de début", "Quelle est votre question ?", "Quel est le thème ?"]
    second = ["", "", "Réponse libre", "Réponse"]
    rows = [[9000 + n, f"{_day(n)} 07:00", text, kind] for n, (text, kind) in enumerate(texts(FRENCH))]
    path = folder / "sondage.csv"
    path.write_text(_csv([head, second, *rows], ";"), encoding="utf-8")
    return path


def japanese_sheet(folder: Path) -> Path:
    """A sheet of a Japanese help desk."""
    head = ["受付番号", "お問い合わせ内容", "カテゴリ", "担当者", "受付日時"]
    rows = [[n, text, kind, "佐藤", f"{_day(n)} 10:00"] for n, (text, kind) in enumerate(texts(JAPANESE))]
    return write_xlsx(folder / "問い合わせ一覧.xlsx", {"一覧": [head, *rows]})


def salesforce(folder: Path) -> Path:
    """A report of cases, with the lines that a report ends with."""
    head = ["Case Number", "Case Description", "Case Reason", "Contact Name", "Opened Date"]
    rows = [[f"000{n:05d}", text, kind, f"Contact {n // 2}", _day(n)] for n, (text, kind) in enumerate(texts(ENGLISH))]
    footer = (
        '\n\n"Open cases by reason"\n"Copyright (c) 2026 a vendor. All rights reserved."\n"Confidential Information"\n'
    )
    path = folder / "report1700000000000.csv"
    path.write_text(_csv([head, *rows]).rstrip("\n") + footer, encoding="utf-8")
    return path


def intercom(folder: Path) -> Path:
    """Conversations with the message that began each of them."""
    found = [
        {
            "type": "conversation",
            "id": str(n),
            "created_at": 1772000000 + 86400 * n,
            "contact_id": f"user-{n // 2}",
            "body": text,
            "topic": topic,
        }
        for n, (text, topic) in enumerate(texts(ENGLISH))
    ]
    path = folder / "conversations.json"
    path.write_text(json.dumps({"conversations": found}, indent=1), encoding="utf-8")
    return path


def slack(folder: Path) -> Path:
    """The messages of a channel, in which nothing is labeled."""
    found = [
        {"type": "message", "user": f"U0{n // 3:03d}AB", "text": text, "ts": f"{1772000000 + 60 * n}.000100"}
        for n, (text, _) in enumerate(texts(ENGLISH))
    ]
    path = folder / "2026-03-02.json"
    path.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return path


def label_studio(folder: Path) -> Path:
    """Tasks with the choice of one annotator."""
    found = [
        {
            "id": n,
            "data": {"text": text},
            "annotations": [
                {
                    "id": n,
                    "completed_by": 1,
                    "was_cancelled": False,
                    "result": [
                        {"from_name": "intent", "to_name": "text", "type": "choices", "value": {"choices": [label]}}
                    ],
                }
            ],
        }
        for n, (text, label) in enumerate(texts(GERMAN))
    ]
    path = folder / "project-1-at-2026-03-02.json"
    path.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    return path


EXPORTS = {
    "zendesk": Expected(zendesk, "Description", "Topic", 3, "en", "Requester", "Created at", ("-",)),
    "freshdesk": Expected(freshdesk, "Ticket Description", "Issue Type", 4, "en", "Customer ID", "Created time"),
    "jira": Expected(jira, "Beschreibung", "Kategorie", 3, "de", "Autor", "Erstellt"),
    "google_forms": Expected(
        google_forms, "¿En qué podemos ayudarle?", "Tipo de consulta", 3, "es", None, "Marca temporal"
    ),
    "survey_monkey": Expected(
        survey_monkey, "Quelle est votre question ?", "Quel est le thème ?", 3, "fr", None, "Date de début"
    ),
    "japanese_sheet": Expected(japanese_sheet, "お問い合わせ内容", "カテゴリ", 3, "ja", None, "受付日時"),
    "salesforce": Expected(salesforce, "Case Description", "Case Reason", 3, "en", "Contact Name", "Opened Date"),
    "intercom": Expected(intercom, "body", "topic", 3, "en", "contact_id", "created_at"),
    "slack": Expected(slack, "text", None, 0, "en", "user", "ts"),
    "label_studio": Expected(label_studio, None, None, 3, "de"),
}
"""Every export by the tool that it imitates."""
