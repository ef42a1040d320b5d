"""The interface for programs: resources in JSON, and the document that describes them."""
