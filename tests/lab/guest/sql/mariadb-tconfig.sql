-- The appliance's own settings, and those of the MCS: names of databases and tables are documented, the rest is the lab's.
CREATE DATABASE tconfig CHARACTER SET utf8mb4;
USE tconfig;
CREATE TABLE customers (id INT AUTO_INCREMENT PRIMARY KEY, nome VARCHAR(80) NOT NULL);
INSERT INTO customers (nome) VALUES ('ACME S.p.A.');
CREATE TABLE sys_parametri (nome VARCHAR(80) PRIMARY KEY, valore VARCHAR(80) NOT NULL);
INSERT INTO sys_parametri VALUES ('fqdn', 'pbx.lab.example'), ('ntp', '127.0.0.1'), ('smtp', 'mail.acme.lab.example');
CREATE TABLE sys_parametri_nosync (nome VARCHAR(80) PRIMARY KEY, valore VARCHAR(80) NOT NULL);
INSERT INTO sys_parametri_nosync VALUES ('indirizzo', '10.20.30.40');
CREATE TABLE customer_alarms (id INT AUTO_INCREMENT PRIMARY KEY, codice VARCHAR(80) NOT NULL, priorita INT NOT NULL);
INSERT INTO customer_alarms (codice, priorita) VALUES ('system.disk.min_free', 5), ('telenia.tvox.peer.chanunavail', 4);
CREATE TABLE ut_superadmin (id INT AUTO_INCREMENT PRIMARY KEY, username VARCHAR(80) NOT NULL);
INSERT INTO ut_superadmin (username) VALUES ('admin');
CREATE DATABASE mcs CHARACTER SET utf8mb4;
USE mcs;
CREATE TABLE customer (id INT AUTO_INCREMENT PRIMARY KEY, nome VARCHAR(80) NOT NULL);
INSERT INTO customer (nome) VALUES ('ACME S.p.A.');
CREATE TABLE param (nome VARCHAR(80) PRIMARY KEY, valore VARCHAR(80) NOT NULL);
INSERT INTO param VALUES ('attivo', 'no');
