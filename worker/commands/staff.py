"""``hotline staff add|list|reset|lost-factor``: accounts of the district's team."""

from __future__ import annotations

import argparse

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import staff, staff_factor
from intake.models import Staff
from intake.profile import load_profile
from intake.staff_roles import Role
from worker.clock import utc_now
from worker.commands.common import CommandFailedError, add_home, database_of, settings_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add an account, list them all, give one a new password, or help one whose second factor is lost."""
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="make an account and print its one-time password")
    add.add_argument("login")
    add.add_argument("--name", default="", help="shown on the desk (default: the login)")
    add.add_argument("--role", type=Role, choices=list(Role), default=Role.OPERATOR)
    add.add_argument("--languages", default="de", help="two-letter codes, comma between (default: de)")
    add.add_argument("--number", default="", help="rung while on duty when a caller wants a person")
    listing = actions.add_parser("list", help="list the accounts")
    reset = actions.add_parser("reset", help="give an account a new one-time password")
    reset.add_argument("login")
    lost = actions.add_parser("lost-factor", help="take a lost second factor away; it is set up anew")
    lost.add_argument("login")
    for action in (add, listing, reset, lost):
        add_home(action)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; passwords are printed once and kept nowhere in clear."""
    settings = settings_of(args)
    database = database_of(settings)
    try:
        if args.action == "list":
            with database.read() as session:
                _list(session)
            return 0
        if args.action == "lost-factor":
            with database.write() as session:
                account = staff.known(session, args.login)
                staff_factor.take_away(session, utc_now(), staff.FROM_THE_SHELL, account)
            print(f"{args.login}: logs in by the password alone until a second factor is set up again")
            return 0
        made = staff.make_password()
        with database.write() as session:
            if args.action == "add":
                _add(session, args, load_profile(settings.profile_folder).country, made)
            else:
                staff.reset(session, utc_now(), args.login, made)
        print(f"{args.login}: one-time password {made.text}")
        return 0
    except staff.StaffError as error:
        raise CommandFailedError(str(error)) from None
    finally:
        database.close()


def _list(session: Session) -> None:
    """Print a line for each account."""
    with_factor = staff_factor.holders(session)
    for account in session.scalars(sa.select(Staff).order_by(Staff.login)):
        state = "on duty" if account.on_duty else ("" if account.active else "closed")
        factor = "second factor" if account.id in with_factor else ""
        print(f"{account.login:<24} {account.role.value:<14} {factor:<14} {state}".rstrip())


def _add(session: Session, args: argparse.Namespace, country: str, made: staff.OneTimePassword) -> None:
    """Make the account."""
    now = utc_now()
    languages = tuple(code.strip().lower() for code in args.languages.split(","))
    account, _password = staff.add(session, now, args.login, args.name, args.role, languages, made)
    if args.number:
        staff.set_number(session, now, staff.FROM_THE_SHELL, account, args.number, country)
