// Asks the browser for a passkey where a page offers one, and sends the answer with the page's own form.
// Without this file, or in a browser that knows no passkeys, the page says what to use instead.
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => {
    const characters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };
  const transports = ["usb", "nfc", "ble", "internal", "hybrid"];
  const named = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));
  const answer = ({ id, rawId, type }, response) => JSON.stringify({ id, rawId: text(rawId), type, response });

  const ask = {
    async get(key) {
      const options = { ...key, challenge: bytes(key.challenge), allowCredentials: named(key.allowCredentials) };
      const credential = await navigator.credentials.get({ publicKey: options });
      const { response } = credential;
      return answer(credential, {
        authenticatorData: text(response.authenticatorData),
        clientDataJSON: text(response.clientDataJSON),
        signature: text(response.signature),
        userHandle: response.userHandle && response.userHandle.byteLength ? text(response.userHandle) : null,
      });
    },
    async create(key) {
      const options = {
        ...key,
        challenge: bytes(key.challenge),
        user: { ...key.user, id: bytes(key.user.id) },
        excludeCredentials: named(key.excludeCredentials),
      };
      const credential = await navigator.credentials.create({ publicKey: options });
      const { response } = credential;
      return answer(credential, {
        attestationObject: text(response.attestationObject),
        clientDataJSON: text(response.clientDataJSON),
        transports: (response.getTransports?.() ?? []).filter((each) => transports.includes(each)),
      });
    },
  };

  const offer = (box) => {
    const [error, without] = box.querySelectorAll("p");
    const button = box.querySelector("button");
    const form = box.closest("form");
    without.hidden = true;
    button.hidden = false;
    button.addEventListener("click", async () => {
      error.hidden = true;
      button.disabled = true;
      try {
        form.elements.answer.value = await ask[box.dataset.passkey](JSON.parse(box.dataset.options).publicKey);
        form.submit();
      } catch (refused) {
        error.textContent = refused.name === "InvalidStateError" ? box.dataset.known : box.dataset.failed;
        error.hidden = false;
        button.disabled = false;
        button.focus();
      }
    });
  };
  if (window.PublicKeyCredential && navigator.credentials) document.querySelectorAll("[data-passkey]").forEach(offer);
})();
