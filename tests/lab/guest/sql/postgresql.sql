-- The calendars. The vendor documents the database and its owner only: the table is the lab's own.
CREATE ROLE davical_dba LOGIN;
CREATE DATABASE davical_administrators OWNER davical_dba;
\connect davical_administrators davical_dba
CREATE TABLE lab_calendar (
    id serial PRIMARY KEY,
    calendar text NOT NULL,
    day date NOT NULL,
    summary text NOT NULL
);
INSERT INTO lab_calendar (calendar, day, summary) VALUES
    ('festivi', '2026-01-01', 'Capodanno'), ('festivi', '2026-01-06', 'Epifania'),
    ('festivi', '2026-04-06', 'Lunedì dell''Angelo'), ('festivi', '2026-04-25', 'Liberazione'),
    ('festivi', '2026-05-01', 'Festa del lavoro'), ('festivi', '2026-05-21', 'Santo patrono'),
    ('festivi', '2026-06-02', 'Festa della Repubblica'), ('festivi', '2026-08-15', 'Ferragosto'),
    ('festivi', '2026-11-01', 'Ognissanti'), ('festivi', '2026-12-08', 'Immacolata'),
    ('festivi', '2026-12-25', 'Natale'), ('festivi', '2026-12-26', 'Santo Stefano'),
    ('chiusura', '2026-08-10', 'Chiusura estiva'), ('chiusura', '2026-12-28', 'Chiusura invernale');
INSERT INTO lab_calendar (calendar, day, summary)
    SELECT 'turni', date '2026-11-01' + n, 'Reperibilità ' || (ARRAY['Rossi', 'Bianchi', 'Conti'])[1 + n % 3]
    FROM generate_series(0, 29) AS n;
