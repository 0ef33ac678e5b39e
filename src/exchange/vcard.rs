//! Reading vCards (2.1, RFC 2426, RFC 6350).
