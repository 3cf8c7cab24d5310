"""People, app users and their sessions: who may knock, and with what.

`people` are web users; `passwords`, `second_step` and `attempts` what stands at the door; `sessions`
what is open behind it; `resets` how a password is set anew; `app_users` the phones.
"""

from forms.accounts.app_users import (
    AppUser,
    NewAppUser,
    app_user,
    create_app_user,
    delete_app_user,
    list_app_users,
    make_app_users,
    phones_in_use,
    revoke_app_users,
)
from forms.accounts.attempts import Guard
from forms.accounts.people import (
    ADMIN_ROLE,
    APP_USER_ROLE,
    HeldRole,
    actors,
    asks_second_step,
    create_user,
    list_users,
    live_user,
    names_by_id,
    roles_by_actor,
    user,
)
from forms.accounts.sessions import (
    Credential,
    by_token,
    end_other_sessions,
    end_own_session,
    end_session,
    end_session_of_token,
    is_csrf,
    list_own_sessions,
    log_in,
    log_in_with_code,
    verify,
)
from forms.accounts.tokens import NewSession, new_token

__all__ = [
    "ADMIN_ROLE",
    "APP_USER_ROLE",
    "AppUser",
    "Credential",
    "Guard",
    "HeldRole",
    "NewAppUser",
    "NewSession",
    "actors",
    "app_user",
    "asks_second_step",
    "by_token",
    "create_app_user",
    "create_user",
    "delete_app_user",
    "end_other_sessions",
    "end_own_session",
    "end_session",
    "end_session_of_token",
    "is_csrf",
    "list_app_users",
    "list_own_sessions",
    "list_users",
    "live_user",
    "log_in",
    "log_in_with_code",
    "make_app_users",
    "names_by_id",
    "new_token",
    "phones_in_use",
    "revoke_app_users",
    "roles_by_actor",
    "user",
    "verify",
]
