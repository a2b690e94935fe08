//! End-to-end tests against the running stack: see `tests/`.
