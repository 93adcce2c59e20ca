//! What AWS answers: XML, read by the names of its elements.

use roxmltree::{Document, Node};

/// An MFA device as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Device {
    pub serial: String,
    /// The user that it is listed for.
    pub user: Option<String>,
}

/// A virtual device of the account, enabled or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VirtualDevice {
    pub serial: String,
    /// The ARN of the user that it is enabled for.
    pub owner: Option<String>,
}

/// Part of a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page<T> {
    pub items: Vec<T>,
    /// Where the next part begins, if there is one.
    pub marker: Option<String>,
}

/// An IAM user.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct User {
    pub name: String,
    pub arn: String,
}

/// The text of the first child of this name.
pub(super) fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name)?.text().map(str::trim).filter(|text| !text.is_empty())
}

/// The first element of this name below `node`, however deep.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.descendants().find(|each| each.tag_name().name() == name)
}

/// Reads an answer to `action`, which is told by its outermost element.
pub(super) fn read<T>(body: &[u8], action: &str, read: impl FnOnce(Node<'_, '_>) -> Option<T>) -> Option<T> {
    let document = Document::parse(std::str::from_utf8(body).ok()?).ok()?;
    let root = document.root_element();
    if root.tag_name().name() != format!("{action}Response") {
        return None;
    }
    read(root)
}

/// The code of an error; it stands at different depths, with different namespaces. Only what can be a code is one.
pub(super) fn error_code(body: &[u8]) -> Option<String> {
    let document = Document::parse(std::str::from_utf8(body).ok()?).ok()?;
    let code = text(document.root_element(), "Code")?;
    let fits = code.len() <= 64 && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    fits.then(|| code.to_owned())
}

fn page<T>(root: Node<'_, '_>, list: &str, item: impl Fn(Node<'_, '_>) -> Option<T>) -> Option<Page<T>> {
    let members = child(root, list)?.children().filter(Node::is_element);
    let items = members.map(item).collect::<Option<_>>()?;
    let marker = match text(root, "IsTruncated")? {
        "true" => Some(text(root, "Marker")?.to_owned()),
        "false" => None,
        _ => return None,
    };
    Some(Page { items, marker })
}

pub(super) fn devices(root: Node<'_, '_>) -> Option<Page<Device>> {
    page(root, "MFADevices", |member| {
        let user = text(member, "UserName").map(str::to_owned);
        Some(Device { serial: text(member, "SerialNumber")?.to_owned(), user })
    })
}

pub(super) fn virtual_devices(root: Node<'_, '_>) -> Option<Page<VirtualDevice>> {
    page(root, "VirtualMFADevices", |member| {
        // A device that nobody has enabled has no user, or an empty one.
        let owner = child(member, "User").and_then(|user| text(user, "Arn")).map(str::to_owned);
        Some(VirtualDevice { serial: text(member, "SerialNumber")?.to_owned(), owner })
    })
}

pub(super) fn user(root: Node<'_, '_>) -> Option<User> {
    let user = child(root, "User")?;
    Some(User { name: text(user, "UserName")?.to_owned(), arn: text(user, "Arn")?.to_owned() })
}

/// The decision of a simulated request: `allowed`, `implicitDeny` or `explicitDeny`.
pub(super) fn decision(root: Node<'_, '_>) -> Option<String> {
    text(root, "EvalDecision").map(str::to_owned)
}

pub(super) fn arn(root: Node<'_, '_>) -> Option<String> {
    text(root, "Arn").map(str::to_owned)
}

/// An answer that says no more than that it was done.
pub(super) fn done(_: Node<'_, '_>) -> Option<()> {
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_an_error_is_found_wherever_it_stands() {
        let nested = b"<ErrorResponse><Errors><Error><Code>AccessDenied</Code></Error></Errors></ErrorResponse>";
        let direct = b"<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type>\
            <Code>NoSuchEntity</Code><Message>x</Message></Error></ErrorResponse>";
        assert_eq!(error_code(nested).as_deref(), Some("AccessDenied"));
        assert_eq!(error_code(direct).as_deref(), Some("NoSuchEntity"));
        for none in ["<html><body>oops</body>", "", "<a><Code>two words</Code></a>", "<a><Code/></a>"] {
            assert_eq!(error_code(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn a_list_that_is_cut_short_or_of_something_else_is_no_list() {
        let whole = "<ListMFADevicesResponse><ListMFADevicesResult><IsTruncated>false</IsTruncated><MFADevices><member>\
            <UserName>alice</UserName><SerialNumber>S1</SerialNumber></member></MFADevices></ListMFADevicesResult>\
            </ListMFADevicesResponse>";
        let page = read(whole.as_bytes(), "ListMFADevices", devices).unwrap();
        let device = Device { serial: "S1".to_owned(), user: Some("alice".to_owned()) };
        assert_eq!((page.items, page.marker), (vec![device], None));
        for (from, to) in [
            ("<IsTruncated>false</IsTruncated>", ""),
            ("<IsTruncated>false", "<IsTruncated>true"),
            ("<SerialNumber>S1</SerialNumber>", ""),
            ("</ListMFADevicesResponse>", ""),
            ("ListMFADevicesResponse", "ListAllMyBucketsResult"),
        ] {
            assert_eq!(read(whole.replace(from, to).as_bytes(), "ListMFADevices", devices), None, "{to}");
        }
    }
}
