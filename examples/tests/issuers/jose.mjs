// An issuer on this machine that signs with `jose`: `jose.mjs PORT`. It serves what `issuer.py` says.

import { createServer } from 'node:http'
import { randomUUID } from 'node:crypto'
import { SignJWT, exportJWK, generateKeyPair } from 'jose'

const ALGORITHMS = ['ES256', 'EdDSA', 'PS256']
const rings = []

async function rotate() {
  const ring = new Map()
  for (const alg of ALGORITHMS) {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
    const kid = randomUUID()
    ring.set(alg, { privateKey, kid, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } })
  }
  rings.unshift(ring)
}

function sign(address, asked) {
  const { alg, typ = 'at+jwt', ...given } = asked
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: address,
    sub: 'ada',
    aud: 'shop',
    iat: now,
    exp: now + 300,
    auth_time: now,
    jti: randomUUID(),
    scope: 'profile orders:read',
    roles: ['customer'],
  }
  for (const [name, value] of Object.entries(given)) claims[name] = JSON.parse(value)
  const { privateKey, kid } = rings[0].get(alg)
  return new SignJWT(claims).setProtectedHeader({ alg, typ, kid }).sign(privateKey)
}

const server = createServer(async (request, response) => {
  const address = `http://127.0.0.1:${server.address().port}`
  const url = new URL(request.url, address)
  let body = ''
  if (url.pathname === '/jwks') {
    body = JSON.stringify({ keys: rings.flatMap((ring) => [...ring.values()].map(({ jwk }) => jwk)) })
  } else if (url.pathname === '/token') {
    body = await sign(address, Object.fromEntries(url.searchParams))
  } else if (url.pathname === '/rotate') {
    await rotate()
  } else if (url.pathname === '/retire') {
    rings.length = 1
  }
  response.setHeader('content-length', Buffer.byteLength(body)).end(body)
})

await rotate()
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
