"""The contracts written down from the code: schemas, OpenAPI, AsyncAPI, the table of events, golden examples."""
