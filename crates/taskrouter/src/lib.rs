//! taskrouter
