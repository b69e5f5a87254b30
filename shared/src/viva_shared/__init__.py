"""Event contracts, mailboxes, scenario model and settings shared by Viva's services."""
