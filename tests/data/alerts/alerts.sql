-- A database of alerts, version 1, as `sqlite3 FILE .dump` prints it: two open incidents and a closed
-- one, notices in all states, a silence, a request that nobody has answered yet.
PRAGMA application_id = 0x6164616c;
PRAGMA user_version = 1;
CREATE TABLE meta (key TEXT PRIMARY KEY,
  value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE incident (id TEXT PRIMARY KEY,
  state INTEGER,
  severity INTEGER,
  worst INTEGER,
  key TEXT,
  detector TEXT,
  rule TEXT,
  tags TEXT,
  reason TEXT,
  route TEXT,
  group_fields TEXT,
  record TEXT,
  score REAL,
  started REAL,
  updated REAL,
  cleared REAL,
  resolved REAL,
  notified REAL,
  level_since REAL,
  level INTEGER,
  count INTEGER,
  held INTEGER,
  acknowledged_by TEXT,
  more TEXT,
  put REAL);
CREATE INDEX incident_open ON incident (started) WHERE state < 3;
CREATE INDEX incident_key ON incident (key, started);
CREATE INDEX incident_closed ON incident (put) WHERE state >= 3;
CREATE TABLE notice (number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  incident TEXT,
  event INTEGER,
  state INTEGER,
  channel TEXT,
  doc TEXT,
  why TEXT,
  attempts INTEGER,
  owner INTEGER,
  made REAL,
  ready REAL,
  done REAL);
CREATE INDEX notice_waiting ON notice (channel, ready) WHERE state = 0;
CREATE INDEX notice_order ON notice (incident, channel, number) WHERE state = 0;
CREATE INDEX notice_failed ON notice (number) WHERE state = 2;
CREATE INDEX notice_done ON notice (done);
CREATE TABLE silence (id INTEGER PRIMARY KEY AUTOINCREMENT,
  matchers TEXT,
  author TEXT,
  comment TEXT,
  made REAL,
  starts REAL,
  ends REAL);
CREATE TABLE request (id INTEGER PRIMARY KEY AUTOINCREMENT,
  what INTEGER,
  incident TEXT,
  author TEXT,
  note TEXT,
  made REAL,
  done REAL);
CREATE TABLE history (number INTEGER PRIMARY KEY,
  wall REAL,
  incident TEXT,
  what TEXT,
  author TEXT,
  note TEXT);
CREATE INDEX history_incident ON history (incident);
CREATE INDEX history_wall ON history (wall);
INSERT INTO incident VALUES ('3fa2c1d09b7e4c5aa1b2c3d4e5f60718', 1, 4, 4,
  'host=web1 zscore', 'zscore', 'api-slow', 'api,payment', 'value 912 is above 240', 'oncall',
  '{"host":"web1"}', '{"timestamp":1795255200,"host":"web1","value":912}',
  0.93, 1795255080.0, 1795255200.0, NULL, NULL, 1795255081.0, 1795255081.0, 1, 3, 0, '', '',
  1795255201.0);
INSERT INTO incident VALUES ('77b0a4419b7e4c5aa1b2c3d4e5f60718', 2, 3, 4,
  'host=db1 novelty', 'novelty', '', '', 'nothing near it was seen before', 'oncall',
  '{"host":"db1","disk":"sda"}', '{"timestamp":1795251600,"host":"db1","disk":"sda","value":99.5}',
  0.74, 1795251000.0, 1795251600.0, NULL, NULL, 1795251001.0, NULL, 0, 11, 2, 'eve', '',
  1795251660.0);
INSERT INTO incident VALUES ('3fa2e9009b7e4c5aa1b2c3d4e5f60718', 3, 2, 2,
  'host=web2 zscore', 'zscore', '', '', 'value 3 is below 20', 'mail',
  '{"host":"web2"}', '{"timestamp":1795240800,"host":"web2","value":3}',
  0.52, 1795240800.0, 1795240800.0, 1795240860.0, 1795241160.0, 1795240801.0, NULL, 0, 1, 0, '', '',
  1795241160.0);
INSERT INTO notice VALUES (1, '01c0ffee9b7e4c5aa1b2c3d4e5f60718', '3fa2e9009b7e4c5aa1b2c3d4e5f60718',
  0, 1, 'mail', '{}', '', 1, 0, 1795240801.0, 1795240802.0, 1795240802.0);
INSERT INTO notice VALUES (2, '02c0ffee9b7e4c5aa1b2c3d4e5f60718', '77b0a4419b7e4c5aa1b2c3d4e5f60718',
  0, 1, 'chat', '{}', '', 2, 0, 1795251001.0, 1795251004.0, 1795251004.0);
INSERT INTO notice VALUES (3, '03c0ffee9b7e4c5aa1b2c3d4e5f60718', '3fa2c1d09b7e4c5aa1b2c3d4e5f60718',
  0, 2, 'pager', '{}', '400: routing_key is invalid', 1, 0, 1795255081.0, 1795255082.0, 1795255082.0);
INSERT INTO notice VALUES (4, '04c0ffee9b7e4c5aa1b2c3d4e5f60718', '3fa2c1d09b7e4c5aa1b2c3d4e5f60718',
  0, 0, 'chat', '{}', '503: no server', 4, 0, 1795255081.0, 1795255290.0, NULL);
INSERT INTO notice VALUES (5, '05c0ffee9b7e4c5aa1b2c3d4e5f60718', '77b0a4419b7e4c5aa1b2c3d4e5f60718',
  2, 3, 'chat', '{}', '', 0, 0, 1795254601.0, 1795254700.0, 1795254700.0);
INSERT INTO silence VALUES (1, 'host=~^test' || char(10) || 'severity!=critical', 'bob',
  'load tests', 1795240000.0, 1795240000.0, 4102444800.0);
INSERT INTO silence VALUES (2, 'host=web2', 'bob', '', 1795240000.0, 1795240000.0, 1795243600.0);
INSERT INTO request VALUES (1, 2, '77b0a4419b7e4c5aa1b2c3d4e5f60718', 'eve', 'disk replaced',
  1795255100.0, NULL);
INSERT INTO history VALUES (1, 1795240000.0, '', 'silence added', 'bob', '1');
INSERT INTO history VALUES (2, 1795240801.0, '3fa2e9009b7e4c5aa1b2c3d4e5f60718', 'firing', '',
  'medium: value 3 is below 20');
INSERT INTO history VALUES (3, 1795240802.0, '3fa2e9009b7e4c5aa1b2c3d4e5f60718', 'delivered', 'mail',
  'trigger');
INSERT INTO history VALUES (4, 1795241160.0, '3fa2e9009b7e4c5aa1b2c3d4e5f60718', 'resolved', '', '');
INSERT INTO history VALUES (5, 1795251001.0, '77b0a4419b7e4c5aa1b2c3d4e5f60718', 'firing', '',
  'high: nothing near it was seen before');
INSERT INTO history VALUES (6, 1795251004.0, '77b0a4419b7e4c5aa1b2c3d4e5f60718', 'delivered', 'chat',
  'trigger');
INSERT INTO history VALUES (7, 1795251660.0, '77b0a4419b7e4c5aa1b2c3d4e5f60718', 'acknowledged',
  'eve', '');
INSERT INTO history VALUES (8, 1795255081.0, '3fa2c1d09b7e4c5aa1b2c3d4e5f60718', 'firing', '',
  'critical: value 912 is above 240');
INSERT INTO history VALUES (9, 1795255082.0, '3fa2c1d09b7e4c5aa1b2c3d4e5f60718', 'failed', 'pager',
  'trigger: 400: routing_key is invalid');
INSERT INTO history VALUES (10, 1795255100.0, '77b0a4419b7e4c5aa1b2c3d4e5f60718', 'to be resolved',
  'eve', 'disk replaced');
