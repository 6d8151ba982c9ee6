// What a browser without passkeys does not need is not shown; what went wrong is said on the page.
const supported = Boolean(window.PublicKeyCredential)
for (const part of document.querySelectorAll('[data-passkeys]')) part.hidden = !supported
for (const part of document.querySelectorAll('[data-no-passkeys]')) part.hidden = supported

document.addEventListener('allauth.error', (event) => {
  event.preventDefault()
  for (const notice of document.querySelectorAll('[data-passkey-error]')) {
    notice.hidden = false
    notice.focus()
  }
})
