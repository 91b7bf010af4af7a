import ArgumentParser
import Hummingbird
import GRDB
import JWTKit
import CryptoExtras
