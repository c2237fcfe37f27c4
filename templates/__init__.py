"""Letter and packet templates that staff can edit without touching code."""
