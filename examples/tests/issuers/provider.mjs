// An OpenID provider on this machine, by `oidc-provider`: `provider.mjs PORT ALGORITHM`. A client gets a token for its
// secret at `/token` (RFC 6749 4.4); `/.well-known/openid-configuration` says where the keys are.

import { createServer } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'

const [port, alg] = process.argv.slice(2)
const { privateKey } = await generateKeyPair(alg, { extractable: true })
const key = { ...(await exportJWK(privateKey)), alg, use: 'sig' }

const server = createServer()
server.listen(Number(port), '127.0.0.1', () => {
  const address = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(address, {
    jwks: { keys: [key] },
    clients: [
      {
        client_id: 'ada',
        client_secret: 'a secret of a test',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: alg,
      },
    ],
    scopes: ['profile', 'orders:read'],
    extraTokenClaims: () => ({ auth_time: Math.floor(Date.now() / 1000), roles: ['customer'] }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:shop',
        getResourceServerInfo: () => ({
          audience: 'shop',
          scope: 'profile orders:read',
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
          jwt: { sign: { alg } },
        }),
      },
    },
  })
  server.on('request', provider.callback())
  console.log(address)
})
