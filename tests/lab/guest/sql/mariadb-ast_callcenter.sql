-- The configuration of a believable customer, ACME S.p.A.: two sites and a branch, thirty users, a small contact centre.
-- The vendor documents the names of the tables (they show in the log of the backup), not their columns: those are the
-- lab's own, and so are all the values.
CREATE DATABASE ast_callcenter CHARACTER SET utf8mb4;
USE ast_callcenter;

CREATE TABLE ast_sede (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL,
    prefisso VARCHAR(80) NOT NULL
);
INSERT INTO ast_sede (nome, prefisso) VALUES
    ('Verona', '045'),
    ('Milano', '02'),
    ('Padova', '049');

CREATE TABLE ast_utenti (
    id INT AUTO_INCREMENT PRIMARY KEY,
    username VARCHAR(80) NOT NULL UNIQUE,
    nome VARCHAR(80) NOT NULL,
    cognome VARCHAR(80) NOT NULL,
    interno VARCHAR(80) NOT NULL,
    sede VARCHAR(80) NOT NULL,
    email VARCHAR(80) NOT NULL
);
INSERT INTO ast_utenti (username, nome, cognome, interno, sede, email) VALUES
    ('mrossi', 'Mario', 'Rossi', '201', 'Verona', 'mrossi@acme.lab.example'),
    ('lbianchi', 'Laura', 'Bianchi', '202', 'Verona', 'lbianchi@acme.lab.example'),
    ('gferrari', 'Giulia', 'Ferrari', '203', 'Verona', 'gferrari@acme.lab.example'),
    ('mesposito', 'Marco', 'Esposito', '204', 'Verona', 'mesposito@acme.lab.example'),
    ('aromano', 'Anna', 'Romano', '205', 'Verona', 'aromano@acme.lab.example'),
    ('lcolombo', 'Luca', 'Colombo', '206', 'Verona', 'lcolombo@acme.lab.example'),
    ('fricci', 'Francesca', 'Ricci', '207', 'Verona', 'fricci@acme.lab.example'),
    ('pmarino', 'Paolo', 'Marino', '208', 'Verona', 'pmarino@acme.lab.example'),
    ('cgreco', 'Chiara', 'Greco', '209', 'Verona', 'cgreco@acme.lab.example'),
    ('abruno', 'Andrea', 'Bruno', '210', 'Verona', 'abruno@acme.lab.example'),
    ('sgallo', 'Sara', 'Gallo', '211', 'Verona', 'sgallo@acme.lab.example'),
    ('dconti', 'Davide', 'Conti', '212', 'Verona', 'dconti@acme.lab.example'),
    ('edeluca', 'Elena', 'De Luca', '213', 'Verona', 'edeluca@acme.lab.example'),
    ('smancini', 'Stefano', 'Mancini', '214', 'Verona', 'smancini@acme.lab.example'),
    ('mcosta', 'Martina', 'Costa', '215', 'Verona', 'mcosta@acme.lab.example'),
    ('rgiordano', 'Roberto', 'Giordano', '216', 'Verona', 'rgiordano@acme.lab.example'),
    ('srizzo', 'Silvia', 'Rizzo', '217', 'Verona', 'srizzo@acme.lab.example'),
    ('alombardi', 'Alessandro', 'Lombardi', '218', 'Verona', 'alombardi@acme.lab.example'),
    ('vmoretti', 'Valentina', 'Moretti', '219', 'Milano', 'vmoretti@acme.lab.example'),
    ('sbarbieri', 'Simone', 'Barbieri', '220', 'Milano', 'sbarbieri@acme.lab.example'),
    ('ffontana', 'Federica', 'Fontana', '221', 'Milano', 'ffontana@acme.lab.example'),
    ('msantoro', 'Matteo', 'Santoro', '222', 'Milano', 'msantoro@acme.lab.example'),
    ('imariani', 'Ilaria', 'Mariani', '223', 'Milano', 'imariani@acme.lab.example'),
    ('grinaldi', 'Giorgio', 'Rinaldi', '224', 'Milano', 'grinaldi@acme.lab.example'),
    ('ecaruso', 'Elisa', 'Caruso', '225', 'Milano', 'ecaruso@acme.lab.example'),
    ('nferrara', 'Nicola', 'Ferrara', '226', 'Padova', 'nferrara@acme.lab.example'),
    ('mgalli', 'Monica', 'Galli', '227', 'Padova', 'mgalli@acme.lab.example'),
    ('emartini', 'Enrico', 'Martini', '228', 'Padova', 'emartini@acme.lab.example'),
    ('cleone', 'Cristina', 'Leone', '229', 'Padova', 'cleone@acme.lab.example'),
    ('flongo', 'Fabio', 'Longo', '230', 'Padova', 'flongo@acme.lab.example');

CREATE TABLE ast_agenti (
    id INT AUTO_INCREMENT PRIMARY KEY,
    username VARCHAR(80) NOT NULL,
    profilo VARCHAR(80) NOT NULL
);
INSERT INTO ast_agenti (username, profilo) VALUES
    ('mrossi', 'Supervisore'),
    ('lbianchi', 'Supervisore'),
    ('gferrari', 'Agente'),
    ('mesposito', 'Agente'),
    ('aromano', 'Agente'),
    ('lcolombo', 'Agente'),
    ('fricci', 'Agente'),
    ('pmarino', 'Agente'),
    ('cgreco', 'Agente'),
    ('abruno', 'Agente'),
    ('sgallo', 'Agente'),
    ('dconti', 'Agente');

CREATE TABLE ast_profili (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL
);
INSERT INTO ast_profili (nome) VALUES
    ('Superuser'),
    ('Supervisore'),
    ('Agente'),
    ('Utente'),
    ('Posto operatore');

CREATE TABLE ast_skillset (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL
);
INSERT INTO ast_skillset (nome) VALUES
    ('Italiano'),
    ('Inglese'),
    ('Tedesco'),
    ('Amministrazione'),
    ('Tecnico');

CREATE TABLE ast_servizi (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL,
    numero VARCHAR(80) NOT NULL,
    strategia VARCHAR(80) NOT NULL,
    attesa_massima_secondi INT NOT NULL
);
INSERT INTO ast_servizi (nome, numero, strategia, attesa_massima_secondi) VALUES
    ('Centralino', '400', 'Tutti', 120),
    ('Assistenza', '401', 'Più libero', 300),
    ('Commerciale', '402', 'Più libero', 180),
    ('Amministrazione', '403', 'Lineare', 180),
    ('Reperibilità', '404', 'Lineare', 60),
    ('Ordini', '405', 'Più libero', 240);

CREATE TABLE ast_servizi_utente (
    id INT AUTO_INCREMENT PRIMARY KEY,
    servizio INT NOT NULL,
    agente INT NOT NULL
);
INSERT INTO ast_servizi_utente (servizio, agente) VALUES
    (1, 1),
    (2, 2),
    (3, 3),
    (4, 4),
    (5, 5),
    (6, 6),
    (1, 7),
    (2, 8),
    (3, 9),
    (4, 10),
    (5, 11),
    (6, 12),
    (2, 1),
    (3, 2),
    (4, 3),
    (5, 4),
    (6, 5),
    (1, 6),
    (2, 7),
    (3, 8),
    (4, 9),
    (5, 10),
    (6, 11),
    (1, 12);

CREATE TABLE ast_coll_serv_skillset (
    id INT AUTO_INCREMENT PRIMARY KEY,
    servizio INT NOT NULL,
    skillset INT NOT NULL
);
INSERT INTO ast_coll_serv_skillset (servizio, skillset) VALUES
    (1, 1),
    (2, 1),
    (2, 2),
    (2, 5),
    (3, 1),
    (3, 2),
    (3, 3),
    (4, 4),
    (5, 5),
    (6, 1);

CREATE TABLE ast_trunk (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL,
    tipo VARCHAR(80) NOT NULL,
    indirizzo VARCHAR(80) NOT NULL,
    canali INT NOT NULL
);
INSERT INTO ast_trunk (nome, tipo, indirizzo, canali) VALUES
    ('lab-carrier-1', 'SIP', '10.99.0.1', 30),
    ('lab-carrier-2', 'SIP', '10.99.0.2', 15),
    ('lab-gsm', 'SIP', '10.20.30.60', 4);

CREATE TABLE ast_out_trunk (
    id INT AUTO_INCREMENT PRIMARY KEY,
    trunk INT NOT NULL,
    rotta INT NOT NULL,
    ordine INT NOT NULL
);
INSERT INTO ast_out_trunk (trunk, rotta, ordine) VALUES
    (1, 1, 1),
    (2, 1, 2),
    (1, 2, 1),
    (2, 2, 2),
    (3, 3, 1),
    (1, 3, 2),
    (1, 4, 1);

CREATE TABLE ast_outboundroute (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL,
    modello VARCHAR(80) NOT NULL
);
INSERT INTO ast_outboundroute (nome, modello) VALUES
    ('Nazionali', '0[2-9].'),
    ('Internazionali', '00.'),
    ('Mobili', '3.'),
    ('Emergenza', '11[0-9]');

CREATE TABLE ast_abilitazioni (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL
);
INSERT INTO ast_abilitazioni (nome) VALUES
    ('Solo interni'),
    ('Urbane'),
    ('Nazionali'),
    ('Nazionali e mobili'),
    ('Tutte');

CREATE TABLE ast_outbound_abilitazioni (
    id INT AUTO_INCREMENT PRIMARY KEY,
    abilitazione INT NOT NULL,
    rotta INT NOT NULL
);
INSERT INTO ast_outbound_abilitazioni (abilitazione, rotta) VALUES
    (1, 4),
    (2, 4),
    (3, 1),
    (3, 4),
    (4, 1),
    (4, 3),
    (4, 4),
    (5, 1),
    (5, 2),
    (5, 3),
    (5, 4);

CREATE TABLE ast_rules (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL,
    numero VARCHAR(80) NOT NULL,
    destinazione VARCHAR(80) NOT NULL
);
INSERT INTO ast_rules (nome, numero, destinazione) VALUES
    ('Numero principale', '0457777777', 'IVR principale'),
    ('Assistenza diretta', '0457777701', 'Servizio Assistenza'),
    ('Ordini', '0457777705', 'Servizio Ordini'),
    ('Fax', '0457777790', 'Casella FAX'),
    ('TRABOCCO', '_.', 'Servizio Centralino');

CREATE TABLE ast_selezione_passante (
    id INT AUTO_INCREMENT PRIMARY KEY,
    numero VARCHAR(80) NOT NULL,
    interno VARCHAR(80) NOT NULL
);
INSERT INTO ast_selezione_passante (numero, interno) VALUES
    ('0457777710', '201'),
    ('0457777711', '202'),
    ('0457777712', '203'),
    ('0457777713', '204'),
    ('0457777714', '205'),
    ('0457777715', '206'),
    ('0457777716', '207'),
    ('0457777717', '208'),
    ('0457777718', '209'),
    ('0457777719', '210'),
    ('0457777720', '211'),
    ('0457777721', '212'),
    ('0457777722', '213'),
    ('0457777723', '214'),
    ('0457777724', '215'),
    ('0457777725', '216'),
    ('0457777726', '217'),
    ('0457777727', '218'),
    ('0457777728', '219'),
    ('0457777729', '220'),
    ('0457777730', '221'),
    ('0457777731', '222'),
    ('0457777732', '223'),
    ('0457777733', '224'),
    ('0457777734', '225'),
    ('0457777735', '226'),
    ('0457777736', '227'),
    ('0457777737', '228'),
    ('0457777738', '229'),
    ('0457777739', '230');

CREATE TABLE ast_feature_code (
    id INT AUTO_INCREMENT PRIMARY KEY,
    codice VARCHAR(80) NOT NULL,
    funzione VARCHAR(80) NOT NULL
);
INSERT INTO ast_feature_code (codice, funzione) VALUES
    ('*21', 'Deviazione incondizionata'),
    ('#21', 'Annulla deviazione'),
    ('*67', 'Deviazione su occupato'),
    ('*61', 'Deviazione su mancata risposta'),
    ('*8', 'Risposta per assente'),
    ('*5', 'Prenotazione'),
    ('*98', 'Casella vocale'),
    ('*70', 'Parcheggio'),
    ('*45', 'Login agente'),
    ('#45', 'Logout agente'),
    ('*78', 'Non disturbare'),
    ('600', 'Prova eco');

CREATE TABLE ast_phone (
    id INT AUTO_INCREMENT PRIMARY KEY,
    marca VARCHAR(80) NOT NULL,
    modello VARCHAR(80) NOT NULL
);
INSERT INTO ast_phone (marca, modello) VALUES
    ('Snom', 'D735'),
    ('Snom', 'D785'),
    ('Yealink', 'T46U'),
    ('Yealink', 'W70B');

CREATE TABLE ast_phone_device (
    id INT AUTO_INCREMENT PRIMARY KEY,
    modello INT NOT NULL,
    mac VARCHAR(80) NOT NULL
);
INSERT INTO ast_phone_device (modello, mac) VALUES
    (1, '00:04:13:00:00:01'),
    (2, '00:04:13:00:00:02'),
    (3, '00:04:13:00:00:03'),
    (4, '00:04:13:00:00:04'),
    (1, '00:04:13:00:00:05'),
    (2, '00:04:13:00:00:06'),
    (3, '00:04:13:00:00:07'),
    (4, '00:04:13:00:00:08'),
    (1, '00:04:13:00:00:09'),
    (2, '00:04:13:00:00:0a'),
    (3, '00:04:13:00:00:0b'),
    (4, '00:04:13:00:00:0c'),
    (1, '00:04:13:00:00:0d'),
    (2, '00:04:13:00:00:0e'),
    (3, '00:04:13:00:00:0f'),
    (4, '00:04:13:00:00:10'),
    (1, '00:04:13:00:00:11'),
    (2, '00:04:13:00:00:12'),
    (3, '00:04:13:00:00:13'),
    (4, '00:04:13:00:00:14'),
    (1, '00:04:13:00:00:15'),
    (2, '00:04:13:00:00:16'),
    (3, '00:04:13:00:00:17'),
    (4, '00:04:13:00:00:18'),
    (1, '00:04:13:00:00:19'),
    (2, '00:04:13:00:00:1a'),
    (3, '00:04:13:00:00:1b'),
    (4, '00:04:13:00:00:1c'),
    (1, '00:04:13:00:00:1d'),
    (2, '00:04:13:00:00:1e');

CREATE TABLE ast_phone_device_extension (
    id INT AUTO_INCREMENT PRIMARY KEY,
    dispositivo INT NOT NULL,
    interno VARCHAR(80) NOT NULL
);
INSERT INTO ast_phone_device_extension (dispositivo, interno) VALUES
    (1, '201'),
    (2, '202'),
    (3, '203'),
    (4, '204'),
    (5, '205'),
    (6, '206'),
    (7, '207'),
    (8, '208'),
    (9, '209'),
    (10, '210'),
    (11, '211'),
    (12, '212'),
    (13, '213'),
    (14, '214'),
    (15, '215'),
    (16, '216'),
    (17, '217'),
    (18, '218'),
    (19, '219'),
    (20, '220'),
    (21, '221'),
    (22, '222'),
    (23, '223'),
    (24, '224'),
    (25, '225'),
    (26, '226'),
    (27, '227'),
    (28, '228'),
    (29, '229'),
    (30, '230');

CREATE TABLE ast_sip (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL,
    interno VARCHAR(80) NOT NULL,
    codec VARCHAR(80) NOT NULL
);
INSERT INTO ast_sip (nome, interno, codec) VALUES
    ('201', '201', 'alaw,g722'),
    ('202', '202', 'alaw,g722'),
    ('203', '203', 'alaw,g722'),
    ('204', '204', 'alaw,g722'),
    ('205', '205', 'alaw,g722'),
    ('206', '206', 'alaw,g722'),
    ('207', '207', 'alaw,g722'),
    ('208', '208', 'alaw,g722'),
    ('209', '209', 'alaw,g722'),
    ('210', '210', 'alaw,g722'),
    ('211', '211', 'alaw,g722'),
    ('212', '212', 'alaw,g722'),
    ('213', '213', 'alaw,g722'),
    ('214', '214', 'alaw,g722'),
    ('215', '215', 'alaw,g722'),
    ('216', '216', 'alaw,g722'),
    ('217', '217', 'alaw,g722'),
    ('218', '218', 'alaw,g722'),
    ('219', '219', 'alaw,g722'),
    ('220', '220', 'alaw,g722'),
    ('221', '221', 'alaw,g722'),
    ('222', '222', 'alaw,g722'),
    ('223', '223', 'alaw,g722'),
    ('224', '224', 'alaw,g722'),
    ('225', '225', 'alaw,g722'),
    ('226', '226', 'alaw,g722'),
    ('227', '227', 'alaw,g722'),
    ('228', '228', 'alaw,g722'),
    ('229', '229', 'alaw,g722'),
    ('230', '230', 'alaw,g722');

CREATE TABLE ast_sip_peer (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL,
    indirizzo VARCHAR(80) NOT NULL
);
INSERT INTO ast_sip_peer (nome, indirizzo) VALUES
    ('lab-carrier-1', '10.99.0.1'),
    ('lab-carrier-2', '10.99.0.2'),
    ('lab-gsm', '10.20.30.60');

CREATE TABLE ast_voicemail (
    id INT AUTO_INCREMENT PRIMARY KEY,
    interno VARCHAR(80) NOT NULL,
    email VARCHAR(80) NOT NULL
);
INSERT INTO ast_voicemail (interno, email) VALUES
    ('201', 'mrossi@acme.lab.example'),
    ('202', 'lbianchi@acme.lab.example'),
    ('203', 'gferrari@acme.lab.example'),
    ('204', 'mesposito@acme.lab.example'),
    ('205', 'aromano@acme.lab.example'),
    ('206', 'lcolombo@acme.lab.example'),
    ('207', 'fricci@acme.lab.example'),
    ('208', 'pmarino@acme.lab.example'),
    ('209', 'cgreco@acme.lab.example'),
    ('210', 'abruno@acme.lab.example'),
    ('211', 'sgallo@acme.lab.example'),
    ('212', 'dconti@acme.lab.example'),
    ('213', 'edeluca@acme.lab.example'),
    ('214', 'smancini@acme.lab.example'),
    ('215', 'mcosta@acme.lab.example'),
    ('216', 'rgiordano@acme.lab.example'),
    ('217', 'srizzo@acme.lab.example'),
    ('218', 'alombardi@acme.lab.example'),
    ('219', 'vmoretti@acme.lab.example'),
    ('220', 'sbarbieri@acme.lab.example');

CREATE TABLE ast_fax (
    id INT AUTO_INCREMENT PRIMARY KEY,
    numero VARCHAR(80) NOT NULL,
    email VARCHAR(80) NOT NULL
);
INSERT INTO ast_fax (numero, email) VALUES
    ('0457777790', 'amministrazione@acme.lab.example'),
    ('0457777791', 'ordini@acme.lab.example');

CREATE TABLE ast_pickup_group (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL
);
INSERT INTO ast_pickup_group (nome) VALUES
    ('Amministrazione'),
    ('Tecnico'),
    ('Commerciale');

CREATE TABLE ast_pickup_agenti (
    id INT AUTO_INCREMENT PRIMARY KEY,
    gruppo INT NOT NULL,
    utente INT NOT NULL
);
INSERT INTO ast_pickup_agenti (gruppo, utente) VALUES
    (1, 1),
    (2, 2),
    (3, 3),
    (1, 4),
    (2, 5),
    (3, 6),
    (1, 7),
    (2, 8),
    (3, 9),
    (1, 10),
    (2, 11),
    (3, 12),
    (1, 13),
    (2, 14),
    (3, 15),
    (1, 16),
    (2, 17),
    (3, 18),
    (1, 19),
    (2, 20),
    (3, 21),
    (1, 22),
    (2, 23),
    (3, 24);

CREATE TABLE ast_conference (
    id INT AUTO_INCREMENT PRIMARY KEY,
    numero VARCHAR(80) NOT NULL,
    pin VARCHAR(80) NOT NULL
);
INSERT INTO ast_conference (numero, pin) VALUES
    ('700', '4711'),
    ('701', '0812');

CREATE TABLE ast_parking_lot (
    id INT AUTO_INCREMENT PRIMARY KEY,
    numero VARCHAR(80) NOT NULL
);
INSERT INTO ast_parking_lot (numero) VALUES
    ('801'),
    ('802'),
    ('803'),
    ('804'),
    ('805'),
    ('806'),
    ('807'),
    ('808');

CREATE TABLE ast_ivr_servizi (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL,
    messaggio VARCHAR(80) NOT NULL
);
INSERT INTO ast_ivr_servizi (nome, messaggio) VALUES
    ('IVR principale', 'lab-benvenuto.wav'),
    ('IVR assistenza', 'lab-attesa.wav'),
    ('IVR chiuso', 'lab-chiuso.wav');

CREATE TABLE ast_ivr_nodo (
    id INT AUTO_INCREMENT PRIMARY KEY,
    ivr INT NOT NULL,
    tasto VARCHAR(80) NOT NULL,
    destinazione VARCHAR(80) NOT NULL
);
INSERT INTO ast_ivr_nodo (ivr, tasto, destinazione) VALUES
    (1, '1', 'Servizio Commerciale'),
    (1, '2', 'Servizio Assistenza'),
    (1, '3', 'Servizio Amministrazione'),
    (1, '9', 'Servizio Centralino'),
    (2, '1', 'Servizio Reperibilità'),
    (2, '2', 'Servizio Ordini'),
    (3, '0', 'Casella vocale');

CREATE TABLE ast_calendar (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL
);
INSERT INTO ast_calendar (nome) VALUES
    ('Orario di ufficio'),
    ('Festivi'),
    ('Reperibilità');

CREATE TABLE ast_short_number (
    id INT AUTO_INCREMENT PRIMARY KEY,
    codice VARCHAR(80) NOT NULL,
    numero VARCHAR(80) NOT NULL,
    nome VARCHAR(80) NOT NULL
);
INSERT INTO ast_short_number (codice, numero, nome) VALUES
    ('801', '0451234567', 'Corriere'),
    ('802', '0298765432', 'Banca'),
    ('803', '3331234567', 'Guardiano'),
    ('804', '0497654321', 'Notaio');

CREATE TABLE ast_rubrica (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL,
    telefono VARCHAR(80) NOT NULL
);
INSERT INTO ast_rubrica (nome, telefono) VALUES
    ('Cliente 001 S.r.l.', '0452000001'),
    ('Cliente 002 S.r.l.', '0452000002'),
    ('Cliente 003 S.r.l.', '0452000003'),
    ('Cliente 004 S.r.l.', '0452000004'),
    ('Cliente 005 S.r.l.', '0452000005'),
    ('Cliente 006 S.r.l.', '0452000006'),
    ('Cliente 007 S.r.l.', '0452000007'),
    ('Cliente 008 S.r.l.', '0452000008'),
    ('Cliente 009 S.r.l.', '0452000009'),
    ('Cliente 010 S.r.l.', '0452000010'),
    ('Cliente 011 S.r.l.', '0452000011'),
    ('Cliente 012 S.r.l.', '0452000012'),
    ('Cliente 013 S.r.l.', '0452000013'),
    ('Cliente 014 S.r.l.', '0452000014'),
    ('Cliente 015 S.r.l.', '0452000015'),
    ('Cliente 016 S.r.l.', '0452000016'),
    ('Cliente 017 S.r.l.', '0452000017'),
    ('Cliente 018 S.r.l.', '0452000018'),
    ('Cliente 019 S.r.l.', '0452000019'),
    ('Cliente 020 S.r.l.', '0452000020'),
    ('Cliente 021 S.r.l.', '0452000021'),
    ('Cliente 022 S.r.l.', '0452000022'),
    ('Cliente 023 S.r.l.', '0452000023'),
    ('Cliente 024 S.r.l.', '0452000024'),
    ('Cliente 025 S.r.l.', '0452000025'),
    ('Cliente 026 S.r.l.', '0452000026'),
    ('Cliente 027 S.r.l.', '0452000027'),
    ('Cliente 028 S.r.l.', '0452000028'),
    ('Cliente 029 S.r.l.', '0452000029'),
    ('Cliente 030 S.r.l.', '0452000030'),
    ('Cliente 031 S.r.l.', '0452000031'),
    ('Cliente 032 S.r.l.', '0452000032'),
    ('Cliente 033 S.r.l.', '0452000033'),
    ('Cliente 034 S.r.l.', '0452000034'),
    ('Cliente 035 S.r.l.', '0452000035'),
    ('Cliente 036 S.r.l.', '0452000036'),
    ('Cliente 037 S.r.l.', '0452000037'),
    ('Cliente 038 S.r.l.', '0452000038'),
    ('Cliente 039 S.r.l.', '0452000039'),
    ('Cliente 040 S.r.l.', '0452000040'),
    ('Cliente 041 S.r.l.', '0452000041'),
    ('Cliente 042 S.r.l.', '0452000042'),
    ('Cliente 043 S.r.l.', '0452000043'),
    ('Cliente 044 S.r.l.', '0452000044'),
    ('Cliente 045 S.r.l.', '0452000045'),
    ('Cliente 046 S.r.l.', '0452000046'),
    ('Cliente 047 S.r.l.', '0452000047'),
    ('Cliente 048 S.r.l.', '0452000048'),
    ('Cliente 049 S.r.l.', '0452000049'),
    ('Cliente 050 S.r.l.', '0452000050'),
    ('Cliente 051 S.r.l.', '0452000051'),
    ('Cliente 052 S.r.l.', '0452000052'),
    ('Cliente 053 S.r.l.', '0452000053'),
    ('Cliente 054 S.r.l.', '0452000054'),
    ('Cliente 055 S.r.l.', '0452000055'),
    ('Cliente 056 S.r.l.', '0452000056'),
    ('Cliente 057 S.r.l.', '0452000057'),
    ('Cliente 058 S.r.l.', '0452000058'),
    ('Cliente 059 S.r.l.', '0452000059'),
    ('Cliente 060 S.r.l.', '0452000060');

CREATE TABLE ast_clienti (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL,
    codice VARCHAR(80) NOT NULL
);
INSERT INTO ast_clienti (nome, codice) VALUES
    ('ACME S.p.A.', 'ACME'),
    ('ACME Servizi S.r.l.', 'ACMS');

CREATE TABLE ast_lcr (
    id INT AUTO_INCREMENT PRIMARY KEY,
    prefisso VARCHAR(80) NOT NULL,
    trunk INT NOT NULL
);
INSERT INTO ast_lcr (prefisso, trunk) VALUES
    ('0', 1),
    ('3', 3),
    ('00', 2);

CREATE TABLE ast_manager (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL
);
INSERT INTO ast_manager (nome) VALUES
    ('lab-manager');

CREATE TABLE ast_software (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL,
    versione VARCHAR(80) NOT NULL
);
INSERT INTO ast_software (nome, versione) VALUES
    ('lab-server', '21.0.26'),
    ('lab-webapi', '21.0.0');

CREATE TABLE ast_param (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL UNIQUE,
    valore VARCHAR(80) NOT NULL
);
INSERT INTO ast_param (nome, valore) VALUES
    ('lingua', 'it'),
    ('fuso_orario', 'Europe/Rome'),
    ('registrazione', 'a richiesta'),
    ('durata_massima_minuti', '180'),
    ('schema', '21');

CREATE TABLE ast_param_nosync (
    id INT AUTO_INCREMENT PRIMARY KEY,
    nome VARCHAR(80) NOT NULL UNIQUE,
    valore VARCHAR(80) NOT NULL
);
INSERT INTO ast_param_nosync (nome, valore) VALUES
    ('nodo', 'tam01'),
    ('ruolo', 'master');

CREATE TABLE tvox_crontab (
    id INT AUTO_INCREMENT PRIMARY KEY,
    comando VARCHAR(80) NOT NULL,
    quando VARCHAR(80) NOT NULL
);
INSERT INTO tvox_crontab (comando, quando) VALUES
    ('backup', '30 2 * * *'),
    ('pulizia_log', '0 3 * * *'),
    ('import_rubrica', '0 4 * * 1');

-- Live state and history: what these hold moves by itself.
CREATE TABLE ast_statoservizi (
    id INT AUTO_INCREMENT PRIMARY KEY,
    servizio INT NOT NULL,
    in_coda INT NOT NULL
);
INSERT INTO ast_statoservizi (servizio, in_coda) VALUES
    (1, 0),
    (2, 0),
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0);

CREATE TABLE ast_calls_202610 (
    id INT AUTO_INCREMENT PRIMARY KEY,
    inizio DATETIME NOT NULL,
    chiamante VARCHAR(80) NOT NULL,
    servizio INT NOT NULL,
    durata_secondi INT NOT NULL
);
INSERT INTO ast_calls_202610 (inizio, chiamante, servizio, durata_secondi)
    SELECT '2026-10-01 08:00:00' + INTERVAL seq * 37 MINUTE, CONCAT('0452', 100000 + seq), 1 + seq % 6, 20 + seq * 7 % 400
    FROM seq_1_to_1200;
CREATE TABLE ast_calls_outbound_202610 LIKE ast_calls_202610;
INSERT INTO ast_calls_outbound_202610 SELECT * FROM ast_calls_202610 WHERE id <= 480;
