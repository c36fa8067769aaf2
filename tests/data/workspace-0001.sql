BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE batch (
        id TEXT NOT NULL,
        generator TEXT NOT NULL,
        prompt_version TEXT NOT NULL,
        model TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id)
    );
CREATE TABLE decision (
        id INTEGER NOT NULL,
        record_id TEXT NOT NULL,
        actor TEXT NOT NULL CONSTRAINT ck_decision_actor CHECK (actor IN ('adjudicator', 'person', 'file', 'rule', 'model')),
        who TEXT NOT NULL,
        kind TEXT NOT NULL CONSTRAINT ck_decision_kind CHECK (kind IN ('label', 'rejection', 'correction')),
        value TEXT NOT NULL,
        turn INTEGER DEFAULT '0' NOT NULL,
        why TEXT NOT NULL,
        at TEXT NOT NULL,
        source_id TEXT,
        PRIMARY KEY (id),
        CONSTRAINT uq_decision_record_id UNIQUE (record_id, who, kind, value, turn),
        FOREIGN KEY(record_id) REFERENCES record (id),
        FOREIGN KEY(source_id) REFERENCES source (id)
    );
INSERT INTO "decision" VALUES(1,'cafbf4fddbb876725730','file','file:9f8493d97a61','label','a',0,'row 1','2026-11-20T18:17:34+00:00','9f8493d97a61');
INSERT INTO "decision" VALUES(2,'517a552d693dd2a4e0ae','file','file:9f8493d97a61','label','b',0,'row 2','2026-11-20T18:17:34+00:00','9f8493d97a61');
INSERT INTO "decision" VALUES(3,'8697d5308328a2a2946c','file','file:9f8493d97a61','label','a',0,'row 3','2026-11-20T18:17:34+00:00','9f8493d97a61');
INSERT INTO "decision" VALUES(4,'75775e4caecfe61cd837','file','file:9f8493d97a61','label','b',0,'row 4','2026-11-20T18:17:34+00:00','9f8493d97a61');
CREATE TABLE family (
        id TEXT NOT NULL,
        declared TEXT NOT NULL,
        reserve TEXT NOT NULL CONSTRAINT ck_family_reserve CHECK (reserve IN ('train', 'validation', 'test')),
        why TEXT NOT NULL CONSTRAINT ck_family_why CHECK (why IN ('given', 'drawn', 'train_only')),
        stratum TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id)
    );
INSERT INTO "family" VALUES('517a552d693dd2a4e0ae','','train','given','b','2026-11-20T18:17:34+00:00');
INSERT INTO "family" VALUES('75775e4caecfe61cd837','','test','given','b','2026-11-20T18:17:34+00:00');
INSERT INTO "family" VALUES('8697d5308328a2a2946c','','validation','given','a','2026-11-20T18:17:34+00:00');
INSERT INTO "family" VALUES('cafbf4fddbb876725730','','train','given','a','2026-11-20T18:17:34+00:00');
INSERT INTO "family" VALUES('0748ef86a2ab21d17131','','train','drawn','unlabeled','2026-11-20T18:17:34+00:00');
CREATE TABLE flag (
        record_id TEXT NOT NULL,
        name TEXT NOT NULL,
        detail TEXT NOT NULL,
        PRIMARY KEY (record_id, name),
        FOREIGN KEY(record_id) REFERENCES record (id)
    );
CREATE TABLE ledger (
        name TEXT NOT NULL,
        kind TEXT NOT NULL CONSTRAINT ck_ledger_kind CHECK (kind IN ('release', 'run')),
        path TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        detail TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (name)
    );
CREATE TABLE record (
        id TEXT NOT NULL,
        kind TEXT NOT NULL CONSTRAINT ck_record_kind CHECK (kind IN ('intents', 'tools')),
        text TEXT NOT NULL,
        fold_key TEXT NOT NULL,
        family_id TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(family_id) REFERENCES family (id)
    );
INSERT INTO "record" VALUES('cafbf4fddbb876725730','intents','the lamp is broken','the lamp is broken','cafbf4fddbb876725730','2026-11-20T18:17:34+00:00');
INSERT INTO "record" VALUES('517a552d693dd2a4e0ae','intents','open the window','open the window','517a552d693dd2a4e0ae','2026-11-20T18:17:34+00:00');
INSERT INTO "record" VALUES('8697d5308328a2a2946c','intents','mail ann.lee@firm.co.uk','mail ann.lee@firm.co.uk','8697d5308328a2a2946c','2026-11-20T18:17:34+00:00');
INSERT INTO "record" VALUES('75775e4caecfe61cd837','intents','close the door','close the door','75775e4caecfe61cd837','2026-11-20T18:17:34+00:00');
INSERT INTO "record" VALUES('0748ef86a2ab21d17131','intents','an unlabeled one','an unlabeled one','0748ef86a2ab21d17131','2026-11-20T18:17:34+00:00');
CREATE TABLE sighting (
        id INTEGER NOT NULL,
        record_id TEXT NOT NULL,
        source_id TEXT NOT NULL,
        "row" INTEGER NOT NULL,
        given_label TEXT,
        given_split TEXT,
        session TEXT,
        time TEXT,
        PRIMARY KEY (id),
        CONSTRAINT uq_sighting_source_id UNIQUE (source_id, "row"),
        FOREIGN KEY(record_id) REFERENCES record (id),
        FOREIGN KEY(source_id) REFERENCES source (id)
    );
INSERT INTO "sighting" VALUES(1,'cafbf4fddbb876725730','9f8493d97a61',1,'a','train',NULL,NULL);
INSERT INTO "sighting" VALUES(2,'517a552d693dd2a4e0ae','9f8493d97a61',2,'b','train',NULL,NULL);
INSERT INTO "sighting" VALUES(3,'8697d5308328a2a2946c','9f8493d97a61',3,'a','validation',NULL,NULL);
INSERT INTO "sighting" VALUES(4,'75775e4caecfe61cd837','9f8493d97a61',4,'b','test',NULL,NULL);
INSERT INTO "sighting" VALUES(5,'0748ef86a2ab21d17131','ca986f36fc3c',1,NULL,NULL,NULL,NULL);
CREATE TABLE source (
        id TEXT NOT NULL,
        file_hash TEXT NOT NULL,
        name TEXT NOT NULL,
        settings TEXT NOT NULL,
        origin TEXT NOT NULL CONSTRAINT ck_source_origin CHECK (origin IN ('human', 'log', 'public', 'synthetic')),
        licence TEXT NOT NULL,
        batch_id TEXT,
        at TEXT NOT NULL,
        retracted_at TEXT,
        retracted_why TEXT,
        PRIMARY KEY (id),
        FOREIGN KEY(batch_id) REFERENCES batch (id)
    );
INSERT INTO "source" VALUES('9f8493d97a61','9f8493d97a617230c1c490ae5da82625c1528b6712e20504dd1786f1f209e99f','DataFrame','{"batch": null, "columns": {"label": "label", "split": "split", "text": "text"}, "licence": "MIT", "origin": "human", "split": null}','human','MIT',NULL,'2026-11-20T18:17:34+00:00',NULL,NULL);
INSERT INTO "source" VALUES('ca986f36fc3c','ca986f36fc3c2e33bfb7c53ad38fb771a0a24bf58f1b5bcb64496976f1672601','DataFrame','{"batch": null, "columns": {"text": "text"}, "licence": "unknown", "origin": "log", "split": null}','log','unknown',NULL,'2026-11-20T18:17:34+00:00',NULL,NULL);
CREATE TABLE waiver (
        id INTEGER NOT NULL,
        gate TEXT NOT NULL,
        "by" TEXT NOT NULL,
        reason TEXT NOT NULL,
        until TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT uq_waiver_gate UNIQUE (gate, "by", reason, until)
    );
INSERT INTO "waiver" VALUES(1,'leakage','Ann','a pilot','2099-01-01','2026-11-20T18:17:34+00:00');
CREATE INDEX ix_record_family_id ON record (family_id)
    ;
CREATE INDEX ix_record_fold_key ON record (fold_key)
    ;
CREATE UNIQUE INDEX one_live_source_per_file ON source (file_hash) WHERE retracted_at IS NULL
    ;
CREATE INDEX ix_sighting_record_id ON sighting (record_id)
    ;
CREATE TRIGGER record_no_update BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'record rows are written once'); END;
CREATE TRIGGER family_no_update BEFORE UPDATE ON family BEGIN SELECT RAISE(ABORT, 'family rows are written once'); END;
CREATE TRIGGER sighting_no_update BEFORE UPDATE ON sighting BEGIN SELECT RAISE(ABORT, 'sighting rows are written once'); END;
CREATE TRIGGER sighting_no_delete BEFORE DELETE ON sighting BEGIN SELECT RAISE(ABORT, 'sighting rows are written once'); END;
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decision rows are written once'); END;
CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decision rows are written once'); END;
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger rows are written once'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger rows are written once'); END;
COMMIT;
