import Crypto
import Foundation
import Testing

@testable import Files

/// The examples that Amazon publishes under "Signature Calculations for the Authorization Header".
@Suite struct SignatureTests {
    private let signature = Signature(accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", region: "us-east-1")
    private let date = Date(timeIntervalSince1970: 1_369_353_600)
    private let host = "examplebucket.s3.amazonaws.com"

    private func proof(_ asked: Signature.Asked) -> String { signature.headers(for: asked, at: date)["authorization"] ?? "" }
    private func digest(_ text: String) -> String { SHA256.hash(data: Data(text.utf8)).hexadecimal }

    @Test func aRangeOfAnObject() {
        let asked = Signature.Asked(method: "GET", path: "/test.txt", headers: ["host": host, "range": "bytes=0-9"], payload: digest(""))
        #expect(
            proof(asked)
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    }

    @Test func anObjectWithASignInItsName() {
        let headers = ["host": host, "date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"]
        let asked = Signature.Asked(method: "PUT", path: "/" + percentEncoded("test$file.text"), headers: headers, payload: digest("Welcome to Amazon S3."))
        #expect(proof(asked).hasSuffix("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"))
    }

    @Test func queriesWithAndWithoutValues() {
        var asked = Signature.Asked(method: "GET", path: "/", query: [("lifecycle", "")], headers: ["host": host], payload: digest(""))
        #expect(proof(asked).hasSuffix("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"))
        asked.query = [("prefix", "J"), ("max-keys", "2")]
        #expect(proof(asked).hasSuffix("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"))
    }

    @Test func textIsEncodedByteByByte() { #expect(percentEncoded("a/b+c d~é") == "a%2Fb%2Bc%20d~%C3%A9") }
}
