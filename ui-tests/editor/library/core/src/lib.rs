//! What rust-analyzer takes for `core` in the editor tests: the language items that expansions lean on.

#![no_core]

pub mod prelude {
    pub mod v1 {
        pub use crate::clone::Clone;
        pub use crate::derive;
        pub use crate::future::Future;
        pub use crate::marker::{Copy, Send, Sized, Sync};
        pub use crate::ops::{Deref, DerefMut, Fn, FnMut, FnOnce};
        pub use crate::option::Option::{self, None, Some};
        pub use crate::result::Result::{self, Err, Ok};
    }
    pub mod rust_2024 {
        pub use super::v1::*;
    }
    pub mod rust_2021 {
        pub use super::v1::*;
    }
}

#[rustc_builtin_macro]
pub macro derive($item:item) {}

#[rustc_builtin_macro]
#[macro_export]
macro_rules! compile_error {
    ($text:expr $(,)?) => {};
}

pub mod clone {
    #[lang = "clone"]
    pub trait Clone: Sized {
        fn clone(&self) -> Self;
    }
}

pub mod future {
    #[lang = "future_trait"]
    pub trait Future {
        #[lang = "future_output"]
        type Output;
    }
}

pub mod marker {
    #[lang = "copy"]
    pub trait Copy: Clone {}
    #[lang = "phantom_data"]
    pub struct PhantomData<T: ?Sized>;
    pub unsafe auto trait Send {}
    #[lang = "sized"]
    pub trait Sized {}
    #[lang = "sync"]
    pub unsafe auto trait Sync {}
}

pub mod ops {
    #[lang = "fn_once"]
    pub trait FnOnce<Args> {
        #[lang = "fn_once_output"]
        type Output;
    }
    #[lang = "fn_mut"]
    pub trait FnMut<Args>: FnOnce<Args> {}
    #[lang = "fn"]
    pub trait Fn<Args>: FnMut<Args> {}
    #[lang = "deref"]
    pub trait Deref {
        #[lang = "deref_target"]
        type Target: ?Sized;
        fn deref(&self) -> &Self::Target;
    }
    #[lang = "deref_mut"]
    pub trait DerefMut: Deref {
        fn deref_mut(&mut self) -> &mut Self::Target;
    }
}

pub mod option {
    pub enum Option<T> {
        None,
        Some(T),
    }
}

pub mod result {
    pub enum Result<T, E> {
        Ok(T),
        Err(E),
    }
}
