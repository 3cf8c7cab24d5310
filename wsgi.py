"""gunicorn's entry: `gunicorn wsgi:app`. `lentera serve` starts it with the right settings."""

from api import watch
from app import create_app

watch.configure_logging()
app = create_app()
