"""Makes and delivers emails: words, messages, headers, calendars, SMTP."""
