//! What the table says of an operation beside who may call it; the guard obeys it and the document is made from it.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// What an operation is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// JSON.
    Json,
    /// Comma-separated values.
    Csv,
    /// One JSON object a line.
    JsonLines,
    /// Plain text.
    Text,
    /// A file as it was sent.
    File,
}

impl Answers {
    /// Its media type; that of a file is its own.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::JsonLines => "application/x-ndjson",
            Self::Text => "text/plain",
            Self::File => "application/octet-stream",
        }
    }
}

/// What a parameter of the query can be.
#[derive(Debug, Clone)]
pub enum Values {
    /// One of these.
    OneOf(Vec<&'static str>),
    /// A text of at most so many characters.
    Text(usize),
    /// A whole number.
    Number(i64, i64),
}

impl Values {
    /// As the document says it.
    pub fn schema(&self) -> Schema {
        let object = ObjectBuilder::new().schema_type(SchemaType::Type(match self {
            Self::Number(..) => Type::Integer,
            Self::OneOf(_) | Self::Text(_) => Type::String,
        }));
        Schema::Object(match self {
            Self::OneOf(codes) => object.enum_values(Some(codes.iter().copied())).build(),
            Self::Text(most) => object.min_length(Some(1)).max_length(Some(*most)).build(),
            Self::Number(least, most) => {
                let number = |value: i64| utoipa::Number::Int(isize::try_from(value).unwrap_or(isize::MAX));
                object.minimum(Some(number(*least))).maximum(Some(number(*most))).build()
            }
        })
    }
}

/// A member of a body that is one of these, or null.
pub fn one_or_none(codes: impl Iterator<Item = &'static str>) -> Schema {
    let kinds = SchemaType::from_iter([Type::String, Type::Null]);
    Schema::Object(ObjectBuilder::new().schema_type(kinds).enum_values(Some(codes.map(Some).chain([None]))).build())
}

/// A parameter of the query.
#[derive(Debug, Clone)]
pub struct Param {
    /// What it is called.
    pub name: &'static str,
    /// What it is for.
    pub text: &'static str,
    /// What it can be.
    pub values: Values,
}

/// Schemas by name.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

/// A schema with its name, and those that it refers to. They are made when somebody asks for the document: all of them
/// would be a megabyte from the start.
#[derive(Clone, Copy)]
pub struct Named {
    name: fn() -> std::borrow::Cow<'static, str>,
    schemas: fn() -> Schemas,
}

impl Named {
    fn of<T: ToSchema + PartialSchema>() -> Self {
        Self { name: T::name, schemas: all_of::<T> }
    }

    /// Its name.
    pub fn name(self) -> String {
        (self.name)().into_owned()
    }

    /// Those that it refers to, and itself last.
    pub fn schemas(self) -> Schemas {
        (self.schemas)()
    }
}

fn all_of<T: ToSchema + PartialSchema>() -> Schemas {
    let mut all = Vec::new();
    T::schemas(&mut all);
    all.push((T::name().into_owned(), T::schema()));
    all
}

/// What the table says of an operation.
#[derive(Clone)]
pub struct Operation {
    /// What it does, in a few words; also names it.
    pub summary: &'static str,
    /// Which part of the document it stands in.
    pub tag: &'static str,
    /// The route of the desk's pages that does the same: whoever may not press there may not ask here.
    pub like: Option<(&'static str, &'static str)>,
    /// It decides about a version of a case, which has to be named.
    pub versioned: bool,
    /// It needs a code of the person's authenticator.
    pub code: bool,
    /// The member of the body whose items each count as a request.
    pub each: Option<&'static str>,
    /// Its answer may be kept for the same request sent again.
    pub keeps_answer: bool,
    /// Parameters of the query.
    pub params: Vec<Param>,
    /// What the body is; without one there is none.
    pub body: Option<Named>,
    /// What the answer is.
    pub answer: Option<Named>,
    /// In which form.
    pub answers: Answers,
}

impl Operation {
    /// An operation that does the same as nothing of the desk's pages.
    pub fn new(tag: &'static str, summary: &'static str) -> Self {
        Self {
            summary,
            tag,
            like: None,
            versioned: false,
            code: false,
            each: None,
            keeps_answer: true,
            params: Vec::new(),
            body: None,
            answer: None,
            answers: Answers::Json,
        }
    }

    /// It does the same as a route of the desk's pages.
    pub fn like(mut self, method: &'static str, path: &'static str) -> Self {
        self.like = Some((method, path));
        self
    }

    /// It decides about a version of a case.
    pub fn versioned(mut self) -> Self {
        self.versioned = true;
        self
    }

    /// It needs a code of the person's authenticator.
    pub fn with_code(mut self) -> Self {
        self.code = true;
        self
    }

    /// Each item of this member of the body counts as a request.
    pub fn counts_each(mut self, member: &'static str) -> Self {
        self.each = Some(member);
        self
    }

    /// Its answer is not kept: it holds what stands nowhere else in full.
    pub fn not_kept(mut self) -> Self {
        self.keeps_answer = false;
        self
    }

    /// A parameter of the query.
    pub fn param(mut self, name: &'static str, values: Values, text: &'static str) -> Self {
        self.params.push(Param { name, text, values });
        self
    }

    /// Pages of a list.
    pub fn paged(self, most: i64) -> Self {
        self.param("limit", Values::Number(1, most), "How many at most.").param(
            "cursor",
            Values::Text(200),
            "Where to go on: `next` of the page before, as it is.",
        )
    }

    /// What the body is.
    pub fn takes<T: ToSchema + PartialSchema>(mut self) -> Self {
        self.body = Some(Named::of::<T>());
        self
    }

    /// What the answer is.
    pub fn gives<T: ToSchema + PartialSchema>(mut self) -> Self {
        self.answer = Some(Named::of::<T>());
        self
    }

    /// The answer has another form.
    pub fn in_form(mut self, answers: Answers) -> Self {
        self.answers = answers;
        self
    }
}
