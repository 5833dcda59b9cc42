//! What people see: pages, forms, islands, sentences.
