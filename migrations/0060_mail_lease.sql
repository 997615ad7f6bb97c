-- Until when a server is mailing a notice. Once that is over and it was not mailed, any server does.
ALTER TABLE notices ADD COLUMN mail_lease TEXT;
