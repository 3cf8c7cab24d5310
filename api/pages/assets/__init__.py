"""Sources of the pages' styles, scripts, type and icons, and what builds them. Nothing here runs in production."""
