"""PostgreSQL: connections, named statements, migrations. One schema a service; no service writes another's."""
