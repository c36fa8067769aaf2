"""Words in the names of columns, in thirteen languages: what a column is for, and what it is not.

English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Turkish, Russian, Chinese, Japanese and Korean.
"""

from __future__ import annotations

import unicodedata

from winnow.curation.io.readers.group_columns import name_words

TEXT_WORDS = (
    """
    text message body description question content comment review instruction utterance query sentence inquiry enquiry
    feedback verbatim transcript complaint
    nachricht beschreibung frage inhalt kommentar bewertung anfrage anliegen freitext beschwerde
    message corps description question contenu commentaire avis demande texte réclamation
    mensaje cuerpo descripción descripcion pregunta contenido comentario reseña resena consulta texto reclamo
    mensagem corpo descrição descricao pergunta conteúdo conteudo comentário avaliação dúvida
    messaggio descrizione domanda contenuto commento recensione richiesta testo
    bericht omschrijving beschrijving vraag inhoud opmerking tekst klacht
    wiadomość wiadomosc treść tresc opis pytanie komentarz opinia zapytanie
    mesaj açıklama aciklama soru içerik icerik yorum metin
    сообщение текст описание вопрос содержание комментарий отзыв запрос обращение
    内容 消息 问题 描述 正文 评论 留言 文本 本文
    内容 質問 お問い合わせ 問い合わせ メッセージ コメント 説明 要望 문의 내용 메시지 질문 본문
    """.split(),
    """
    subject title summary headline
    betreff titel zusammenfassung überschrift
    objet sujet titre résumé asunto título titulo resumen assunto resumo oggetto titolo onderwerp temat
    tytuł konu başlık тема заголовок 主题 标题 主題 件名 タイトル 제목
    """.split(),
)
"""Words for what a user wrote, those for the whole before those for a heading."""

OTHER_TEXT_WORDS = frozenset(
    """
    reply replies response answer resolution solution note notes internal agent assignee macro template translation
    antwort lösung loesung notiz notizen intern agent bearbeiter réponse solution interne respuesta solución solucion
    nota notas interna agente resposta solução risposta soluzione antwoord oplossing odpowiedź rozwiązanie cevap yanıt
    çözüm ответ решение 回复 答复 回答 备注 返信 対応 回答 답변
    id ids type date time status language length count url link file attachment address email name number
    """.split()
)
"""Words of columns with text that no user wrote, or that is no query."""

LABEL_WORDS = (
    """
    label labels intent intents class intention absicht intención intencion intenção intencao intento niyet метка
    интент etikett etiqueta étiquette etichetta etiket etykieta 标签 意图 標籤 ラベル 意図 레이블 의도
    """.split(),
    """
    category categories kategorie kategorien catégorie categorie categoría categoria categorias kategoria kategori
    категория 类别 分类 分類 類別 カテゴリ カテゴリー 카테고리 분류
    """.split(),
    """
    topic topics theme reason issue disposition thema anliegen grund thème theme motif tema motivo asunto argomento
    assunto onderwerp temat konu тема причина 主题 话题 原因 主題 種別 주제
    """.split(),
    """
    tag tags type kind area component queue typ art vorgangsart bereich type tipo área area soort rodzaj typ tür tip
    тип 类型 類型 種類 区分 タイプ 유형
    """.split(),
)
"""Words for what a text is about, the clearest first."""

OTHER_CATEGORY_WORDS = frozenset(
    """
    status state priority severity language locale country city region channel via date time created updated closed
    year month day week hour gender sex age rating score stars satisfaction csat nps sentiment size version device
    browser platform os app plan tier source origin split id ids number no nr email mail phone name first last assignee
    agent owner team company organization requester user customer client contact author sender reporter resolution
    priorität prioritaet sprache land stadt kanal quelle datum zeit jahr monat geschlecht alter bearbeiter
    zuständig zugewiesen kunde kunden benutzer melder status zufriedenheit lösung nummer
    statut état etat priorité priorite langue pays ville canal source date heure année mois client satisfaction genre
    estado prioridad idioma país pais ciudad canal origen fecha hora cliente usuario satisfacción
    prioridade país cidade data stato priorità lingua paese città canale utente
    prioriteit taal kanaal priorytet język kanał durum öncelik dil kanal статус приоритет язык канал
    状态 优先级 语言 渠道 国家 状態 優先度 言語 チャネル 国 担当 担当者 満足度 性別 年齢 상태 우선순위
    """.split()
)
"""Words of columns with few values that do not say what a text is about."""

TIME_WORDS = (
    "created creation opened received submitted sent erstellt angelegt eingegangen créé création creado creación "
    "criado creato aangemaakt utworzono oluşturma создано 创建 作成 생성".split(),
    "time timestamp ts date datetime temporal datum zeit zeitstempel zeitpunkt uhrzeit horodatage heure fecha hora "
    "data ora tijd czas tarih saat zaman дата время 时间 日期 時間 日時 日付 タイムスタンプ 시간 날짜".split(),
)
"""Words for when a text was written, those for its beginning first."""


def words_of(name: str) -> frozenset[str]:
    """The words of the name of a column, folded."""
    return frozenset(name_words(name))


def rank_in(name: str, groups: tuple[list[str], ...]) -> int | None:
    """The place of the first group that has a word of the name; None if none has."""
    words, folded = words_of(name), unicodedata.normalize("NFC", name).casefold()
    return next((place for place, group in enumerate(groups) if _has_word(words, folded, group)), None)


def has_word(name: str, group: frozenset[str]) -> bool:
    """Whether the name has a word of the group."""
    return _has_word(words_of(name), unicodedata.normalize("NFC", name).casefold(), group)


def _has_word(words: frozenset[str], folded: str, group: frozenset[str] | list[str]) -> bool:
    return any(word in words or (_has_no_spaces(word) and word in folded) for word in group)


def _has_no_spaces(word: str) -> bool:
    return any(ord(character) >= 0x3040 for character in word)
