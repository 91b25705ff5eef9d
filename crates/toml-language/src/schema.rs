//! JSON Schema (draft-07) of a described language, for editors.

use serde_json::{Map, Value, json};

use super::shape::{Table, ValueKind};

/// The schema of a whole file.
pub fn of(table: &'static Table, title: &str) -> Value {
    let mut definitions = Map::new();
    let mut root = describe(table, &mut definitions);
    if let Some(root) = root.as_object_mut() {
        root.insert(
            "$schema".to_owned(),
            json!("http://json-schema.org/draft-07/schema#"),
        );
        root.insert("title".to_owned(), json!(title));
        root.insert("definitions".to_owned(), Value::Object(definitions));
    }
    root
}

fn describe(table: &'static Table, definitions: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for key in table.keys {
        let mut value = kind(&key.kind, definitions);
        if let Some(value) = value.as_object_mut() {
            // Beside a reference, draft-07 ignores every other key.
            let reference = value.remove("$ref");
            if let Some(reference) = reference {
                value.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
            }
            value.insert("description".to_owned(), json!(key.doc));
        }
        properties.insert(key.name.to_owned(), value);
    }
    let required: Vec<&str> = table
        .keys
        .iter()
        .filter(|key| key.required)
        .map(|key| key.name)
        .collect();
    let mut schema = json!({
        "type": "object",
        "description": table.doc,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    if !table.one_of.is_empty() {
        let each: Vec<Value> = table
            .one_of
            .iter()
            .map(|name| json!({ "required": [name] }))
            .collect();
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("oneOf".to_owned(), Value::Array(each));
        }
    }
    schema
}

fn kind(kind: &'static ValueKind, definitions: &mut Map<String, Value>) -> Value {
    match kind {
        ValueKind::Array(each, least) => {
            json!({ "type": "array", "items": self::kind(each, definitions), "minItems": least })
        }
        ValueKind::Bool => json!({ "type": "boolean" }),
        ValueKind::Duration => json!({ "type": "string", "pattern": "^[0-9]+ *(ms|s|m)$" }),
        ValueKind::Either(kinds) => {
            let each: Vec<Value> = kinds
                .iter()
                .map(|one| self::kind(one, definitions))
                .collect();
            json!({ "anyOf": each })
        }
        ValueKind::Integer(from, to) => {
            json!({ "type": "integer", "minimum": from, "maximum": to })
        }
        ValueKind::Map(each) => {
            json!({ "type": "object", "additionalProperties": self::kind(each, definitions) })
        }
        ValueKind::Seconds(most) => {
            json!({ "type": "number", "exclusiveMinimum": 0, "maximum": most })
        }
        ValueKind::Size => json!({ "type": "string", "pattern": "^[0-9]+ *(B|KiB|MiB)$" }),
        ValueKind::Table(table) => {
            if !definitions.contains_key(table.name) {
                // Before its keys: a table can hold itself.
                definitions.insert(table.name.to_owned(), Value::Null);
                let described = describe(table, definitions);
                definitions.insert(table.name.to_owned(), described);
            }
            json!({ "$ref": format!("#/definitions/{}", table.name) })
        }
        ValueKind::Text => json!({ "type": "string" }),
        ValueKind::Word(words) => {
            let each: Vec<&str> = words().iter().map(|word| word.word).collect();
            json!({ "type": "string", "enum": each })
        }
    }
}
