"""The mailbox of the embedded environment: takes every mail by SMTP and shows it; sends none on.

Run by `python -m infra.local.mailbox --smtp-port N --http-port N --data FOLDER`. Only on 127.0.0.1:
mails carry links that act for people.
"""
