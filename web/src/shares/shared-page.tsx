export default function SharedPage({ token }: { readonly token: string }) {
  return <h1>{token}</h1>;
}
