//! assign-skill
