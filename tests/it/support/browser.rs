//! A browser without JavaScript: it keeps cookies, follows redirects and sends the forms it finds on pages.

use std::time::Duration;

use reqwest::redirect::Policy;

/// How long an answer is waited for where the other side may be killed. A client whose connection ended at a bad moment can
/// wait for ever without it.
const PATIENCE: Duration = Duration::from_secs(30);

/// A page as it was answered.
pub struct Page {
    pub status: u16,
    pub url: String,
    pub html: String,
    pub headers: reqwest::header::HeaderMap,
}

/// A form found on a page: where it goes and what its fields hold already.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

pub struct Browser {
    http: reqwest::Client,
    base: String,
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = &tag[at..];
    Some(unescaped(&value[..value.find('"')?]))
}

pub fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&#39;", "'")
        .replace("&#x2F;", "/")
        .replace("&amp;", "&")
}

impl Page {
    /// Every form of the page.
    pub fn forms(&self) -> Vec<Form> {
        let mut forms = Vec::new();
        for part in self.html.split("<form").skip(1) {
            let part = &part[..part.find("</form>").unwrap_or(part.len())];
            let tag = &part[..part.find('>').unwrap_or(part.len())];
            let mut fields = Vec::new();
            for input in part.split("<input").skip(1) {
                let tag = &input[..input.find('>').unwrap_or(input.len())];
                if attribute(tag, "type").as_deref() == Some("hidden")
                    && let Some(name) = attribute(tag, "name")
                {
                    fields.push((name, attribute(tag, "value").unwrap_or_default()));
                }
            }
            forms.push(Form { action: attribute(tag, "action").unwrap_or_default(), fields });
        }
        forms
    }

    /// The form whose address ends like this.
    pub fn form(&self, ending: &str) -> Form {
        let found = self.forms().into_iter().find(|form| form.action.ends_with(ending));
        found
            .unwrap_or_else(|| panic!("no form ends with {ending} on {} ({}):\n{}", self.url, self.status, self.text()))
    }

    pub fn has_form(&self, ending: &str) -> bool {
        self.forms().iter().any(|form| form.action.ends_with(ending))
    }

    /// What a person reads: without tags, spaces drawn together.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut inside = false;
        for c in self.html.chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    text.push(' ');
                }
                c if !inside => text.push(c),
                _ => {}
            }
        }
        unescaped(&text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.text().contains(words), "“{words}” is not on {} ({}):\n{}", self.url, self.status, self.text());
        self
    }

    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}:\n{}", self.url, self.text());
        self
    }
}

/// A client that loads no certificates, which takes longer than many a test: ours speak plain HTTP.
pub fn plain_http() -> reqwest::ClientBuilder {
    mfa_desk::notify::install_tls_provider();
    reqwest::Client::builder().tls_certs_only([])
}

impl Browser {
    pub fn new(base: &str) -> Self {
        let http = plain_http().cookie_store(true).redirect(Policy::limited(5)).build().unwrap();
        Self { http, base: base.to_owned() }
    }

    /// A browser whose every request is a connection of its own, which a balancer may lead anywhere.
    pub fn fleeting(base: &str) -> Self {
        let http = plain_http().cookie_store(true).redirect(Policy::limited(5)).pool_max_idle_per_host(0);
        Self { http: http.build().unwrap(), base: base.to_owned() }
    }

    /// The answer to a form, or nothing where the connection broke or nobody answered.
    pub async fn try_post(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Option<Page> {
        let mut request = self.http.post(format!("{}{path}", self.base)).form(fields).timeout(PATIENCE);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Self::try_page(request.send().await.ok()?).await
    }

    /// A page, or nothing where the connection broke or nobody answered.
    pub async fn try_get(&self, path: &str) -> Option<Page> {
        let request = self.http.get(format!("{}{path}", self.base)).timeout(PATIENCE);
        Self::try_page(request.send().await.ok()?).await
    }

    async fn try_page(response: reqwest::Response) -> Option<Page> {
        Some(Page {
            status: response.status().as_u16(),
            url: response.url().to_string(),
            headers: response.headers().clone(),
            html: response.text().await.ok()?,
        })
    }

    /// A browser that holds a cookie already.
    pub fn with_cookie(base: &str, cookie: &str) -> Self {
        let jar = std::sync::Arc::new(reqwest::cookie::Jar::default());
        jar.add_cookie_str(cookie, &base.parse().unwrap());
        let http = plain_http().cookie_provider(jar).redirect(Policy::limited(5)).build().unwrap();
        Self { http, base: base.to_owned() }
    }

    /// The same browser, with its cookies, at another instance.
    pub fn at(&self, base: &str) -> Self {
        Self { http: self.http.clone(), base: base.to_owned() }
    }

    async fn page(response: reqwest::Response) -> Page {
        Page {
            status: response.status().as_u16(),
            url: response.url().to_string(),
            headers: response.headers().clone(),
            html: response.text().await.unwrap(),
        }
    }

    pub async fn get(&self, path: &str) -> Page {
        Self::page(self.http.get(format!("{}{path}", self.base)).send().await.unwrap()).await
    }

    /// An answer that has no end.
    pub async fn stream(&self, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
        let mut request = self.http.get(format!("{}{path}", self.base)).header("accept", "text/event-stream");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    /// What is at an address, byte by byte.
    pub async fn download(&self, path: &str) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
        let response = self.http.get(format!("{}{path}", self.base)).send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        (status, headers, response.bytes().await.unwrap().to_vec())
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        Self::page(self.http.post(format!("{}{path}", self.base)).form(fields).send().await.unwrap()).await
    }

    /// Sends a raw body, for what no browser would send.
    pub async fn post_raw(&self, path: &str, kind: &str, body: Vec<u8>) -> Page {
        let request = self.http.post(format!("{}{path}", self.base)).header("content-type", kind).body(body);
        Self::page(request.send().await.unwrap()).await
    }

    /// Like [`Browser::post`] with headers of its own.
    pub async fn post_with(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let mut request = self.http.post(format!("{}{path}", self.base)).form(fields);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Self::page(request.send().await.unwrap()).await
    }

    /// Fills in a form of a page and sends it; what is given takes the place of what the form holds.
    pub async fn send(&self, page: &Page, ending: &str, given: &[(&str, &str)]) -> Page {
        let form = page.form(ending);
        let mut fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| !given.iter().any(|(other, _)| other == name))
            .collect();
        fields.extend_from_slice(given);
        self.post(&form.action, &fields).await
    }
}
