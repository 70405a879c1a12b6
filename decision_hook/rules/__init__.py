"""Expert rules: SQL expressions over an application and its verdict, compiled to columns."""
